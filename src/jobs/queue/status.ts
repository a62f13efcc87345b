import type { BadImage } from '../../data/types.ts';
import { DEFAULT_LEASE_MS } from './lease.ts';
import { requireFacts } from './open.ts';
import { JOBS, QUEUES } from './schema.ts';
import type { JobData, Queue, QueueFacts } from './types.ts';

/** A listing, and how far it is. */
export interface RunStatus {
  readonly paths: readonly string[];
  /** `listing`: images are still being found; `orphaned`: who listed them was not heard of again. */
  readonly state: 'listing' | 'orphaned' | 'embedding' | 'tidying' | 'done';
  readonly lister: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** A job that was begun too often and failed each time. */
export interface FailedJob {
  readonly id: string;
  readonly reason: string;
  readonly paths: readonly string[];
}

export interface WorkerStatus {
  readonly name: string;
  readonly numJobs: number;
  readonly imagesPerSecond: number;
  readonly secondsSinceSeen: number;
}

/** How far a queue is. Images are counted over its listings, each as it was begun last. */
export interface QueueStatus extends QueueFacts {
  readonly queue: string;
  /** Nothing is listed any more, waits, or is in hand. What was set aside is done, too. */
  readonly isDone: boolean;
  readonly jobs: {
    readonly waiting: number;
    readonly active: number;
    readonly done: number;
    readonly failed: number;
  };
  readonly images: {
    readonly listed: number;
    /** Unchanged by size and time, and so never queued. */
    readonly skipped: number;
    readonly queued: number;
    readonly done: number;
    readonly embedded: number;
    readonly updated: number;
    readonly unchanged: number;
    readonly removed: number;
    readonly bad: number;
  };
  readonly runs: readonly RunStatus[];
  readonly workers: readonly WorkerStatus[];
  readonly imagesPerSecond: number;
  /** For what is queued; null where nobody works or nothing is left. */
  readonly secondsLeft: number | null;
  readonly badImages: readonly BadImage[];
  readonly failedJobs: readonly FailedJob[];
}

const COUNTS = {
  listed: 'num_listed',
  skipped: 'num_skipped',
  queued: 'num_queued',
  done: 'num_done',
  embedded: 'num_embedded',
  updated: 'num_updated',
  unchanged: 'num_unchanged',
  removed: 'num_removed',
} as const;

/**
 * @param options `numNamed` how many bad images and failed jobs are named at most; default 1000
 * @throws E_NOT_FOUND where there is no such queue
 */
export async function readStatus(
  queue: Queue,
  {
    numNamed = 1000,
    leaseMs = DEFAULT_LEASE_MS,
  }: { readonly numNamed?: number; readonly leaseMs?: number } = {},
): Promise<QueueStatus> {
  const { name, shown } = queue;
  const ask = (text: string, ...values: readonly unknown[]) =>
    queue.connection.query('reading the queue', text, [name, ...values]);
  const facts = await requireFacts(queue);
  const sums = Object.entries(COUNTS).map(([key, column]) => `coalesce(sum(${column}), 0)::float8 AS ${key}`);
  const [counted] = await ask(
    `SELECT ${sums.join(', ')}, coalesce(sum(num_jobs_done), 0)::float8 AS jobs_done,
       (SELECT count(*)::float8 FROM ${QUEUES}.bad_images JOIN ${QUEUES}.runs ON runs.id = run WHERE queue = $1) AS bad
     FROM ${QUEUES}.runs WHERE queue = $1`,
  );
  const { jobs_done: done, ...images } = counted as QueueStatus['images'] & { readonly jobs_done: number };
  const states = await ask(
    `SELECT count(*) FILTER (WHERE state < 'active')::int AS waiting, count(*) FILTER (WHERE state = 'active')::int AS active,
       count(*) FILTER (WHERE state = 'failed')::int AS failed FROM ${JOBS}.job WHERE name = $1`,
  );
  const jobs = { ...(states[0] as { waiting: number; active: number; failed: number }), done };
  const runs = await ask(
    `SELECT paths, lister, started_at AS "startedAt", finished_at AS "finishedAt", CASE
       WHEN finished_at IS NOT NULL THEN 'done'
       WHEN listed_at IS NULL AND lister_seen_at < now() - $2 * interval '1 ms' THEN 'orphaned'
       WHEN listed_at IS NULL THEN 'listing'
       WHEN is_tidying THEN 'tidying'
       WHEN NOT EXISTS (SELECT 1 FROM ${JOBS}.job WHERE name = $1 AND singleton_key = runs.id::text AND state < 'completed')
         THEN 'done'
       ELSE 'embedding' END AS state
     FROM ${QUEUES}.runs WHERE queue = $1 ORDER BY started_at`,
    leaseMs,
  );
  const workers = await ask(
    `SELECT name, images_per_second AS "imagesPerSecond", extract(epoch FROM now() - seen_at)::float8 AS "secondsSinceSeen",
       (SELECT count(*)::int FROM ${QUEUES}.leases WHERE worker = workers.name) AS "numJobs"
     FROM ${QUEUES}.workers WHERE queue = $1 ORDER BY name`,
  );
  const badImages = await ask(
    `SELECT bad_images.path AS id, reason FROM ${QUEUES}.bad_images JOIN ${QUEUES}.runs ON runs.id = run
     WHERE queue = $1 ORDER BY bad_images.path LIMIT $2`,
    numNamed,
  );
  const failed = await ask(
    `SELECT id, data, output ->> 'message' AS reason FROM ${JOBS}.job
     WHERE name = $1 AND state = 'failed' ORDER BY created_on LIMIT $2`,
    numNamed,
  );
  const alive = workers.filter(({ secondsSinceSeen }) => secondsSinceSeen * 1000 < leaseMs);
  const imagesPerSecond = alive.reduce((sum, worker) => sum + worker.imagesPerSecond, 0);
  const numLeft = images.queued - images.done;
  const isDone = jobs.waiting + jobs.active === 0 && runs.every(({ state }) => state !== 'listing');
  return {
    queue: shown,
    ...facts,
    isDone,
    jobs,
    images,
    runs: runs as RunStatus[],
    workers: workers as WorkerStatus[],
    imagesPerSecond,
    secondsLeft: !isDone && numLeft > 0 && imagesPerSecond > 0 ? numLeft / imagesPerSecond : null,
    badImages: badImages as BadImage[],
    failedJobs: failed.map(({ id, reason, data }) => ({ id, reason, paths: pathsOf(data as JobData) })),
  };
}

function pathsOf(data: JobData): string[] {
  return data.kind === 'images' ? data.images.map(({ path }) => path) : [];
}
