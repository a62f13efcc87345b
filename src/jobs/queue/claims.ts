import type { PoolClient } from 'pg';
import type PgBoss from 'pg-boss';
import type { BadImage } from '../../data/types.ts';
import { imageId } from '../../search/store/identity.ts';
import type { IndexCounts } from '../indexing/index-images.ts';
import { JOBS, QUEUES } from './schema.ts';
import type { ClaimedJob, JobData, Queue, TidyJob } from './types.ts';

/** What a job came to. */
export interface JobOutcome {
  readonly counts: IndexCounts;
  readonly numImages: number;
  readonly bad: readonly BadImage[];
}

/** pg-boss's statements as a part of a transaction of ours. */
export function within(client: PoolClient): PgBoss.ConnectionOptions {
  return { db: { executeSql: (text, values) => client.query(text, values) } };
}

/** Takes the job that has waited longest, so that no other worker gets it as long as the lease is renewed. */
export async function claimJob(queue: Queue, worker: string): Promise<ClaimedJob | undefined> {
  const { boss, connection, name } = queue;
  return connection.transaction('taking a job from', async (client) => {
    // `fetch` keeps failures to itself.
    let failure: unknown;
    const executeSql = (text: string, values: unknown[]) =>
      client.query(text, values).catch((error) => {
        failure = error;
        throw error;
      });
    const [job] = await boss.fetch<JobData>(name, {
      includeMetadata: true,
      priority: false,
      db: { executeSql },
    });
    if (failure !== undefined) throw failure;
    if (job === undefined) return undefined;
    await client.query(
      `INSERT INTO ${QUEUES}.leases (job_id, queue, worker) VALUES ($1, $2, $3)
       ON CONFLICT (job_id) DO UPDATE SET worker = excluded.worker, renewed_at = now()`,
      [job.id, name, worker],
    );
    return { id: job.id, data: job.data, numRetries: job.retryCount };
  });
}

/** Takes a job out of the queue for good and counts what it came to, once, whoever else has done it meanwhile. */
export async function completeJob(
  queue: Queue,
  { id, data }: ClaimedJob,
  outcome: JobOutcome,
): Promise<void> {
  await queue.connection.transaction('completing a job of', async (client) => {
    await client.query(`SELECT 1 FROM ${QUEUES}.runs WHERE id = $1 FOR UPDATE`, [data.run]);
    await client.query(`DELETE FROM ${QUEUES}.leases WHERE job_id = $1`, [id]);
    const isOurs = await deleteJob(queue, client, id);
    if (!isOurs) return;
    if (data.kind === 'tidy') {
      await client.query(`UPDATE ${QUEUES}.runs SET finished_at = now() WHERE id = $1`, [data.run]);
      return;
    }
    const { counts, numImages, bad } = outcome;
    const { rowCount } = await client.query(
      `UPDATE ${QUEUES}.runs SET num_jobs_done = num_jobs_done + 1, num_done = num_done + $2,
         num_embedded = num_embedded + $3, num_updated = num_updated + $4, num_unchanged = num_unchanged + $5,
         num_removed = num_removed + $6 WHERE id = $1`,
      [data.run, numImages, counts.numEmbedded, counts.numUpdated, counts.numUnchanged, counts.numRemoved],
    );
    // Listed anew since: the rows are kept, but this run counts no more.
    if (rowCount === 0) return;
    if (bad.length > 0) {
      await client.query(
        `INSERT INTO ${QUEUES}.bad_images (run, id, path, reason)
         SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[]) ON CONFLICT (run, id) DO NOTHING`,
        [data.run, bad.map((image) => imageId(image.id)), bad.map((image) => image.id), bad.map(reasonOf)],
      );
    }
    await finishIfLast(queue, client, data.run, data.model);
  });
}

/**
 * Gives a job back because it failed: it is begun again later, or set aside when it was begun too often. Nothing happens
 * where it was taken away meanwhile.
 */
export async function failJob(
  queue: Queue,
  { id, data }: ClaimedJob,
  worker: string,
  message: string,
): Promise<void> {
  await queue.connection.transaction('giving back a job of', async (client) => {
    await client.query(`SELECT 1 FROM ${QUEUES}.runs WHERE id = $1 FOR UPDATE`, [data.run]);
    if (!(await endLease(client, id, worker))) return;
    await queue.boss.fail(queue.name, id, { message, worker }, within(client));
    await finishIfLast(queue, client, data.run, data.model);
  });
}

/** Puts a job back as if nobody had begun it. */
export async function releaseJob(queue: Queue, { id, data }: ClaimedJob, worker: string): Promise<void> {
  await queue.connection.transaction('giving back a job of', async (client) => {
    if (!(await endLease(client, id, worker))) return;
    if (!(await deleteJob(queue, client, id))) return;
    await queue.boss.insert([{ name: queue.name, data, singletonKey: data.run }], within(client));
  });
}

/** Says that a worker is there, and still has these jobs in hand. */
export async function renewLeases(
  { connection, name }: Queue,
  worker: string,
  jobIds: readonly string[],
  imagesPerSecond: number,
): Promise<void> {
  await connection.query(
    'renewing leases of',
    `WITH seen AS (
       INSERT INTO ${QUEUES}.workers (name, queue, images_per_second) VALUES ($1, $2, $4)
       ON CONFLICT (name) DO UPDATE SET seen_at = now(), images_per_second = excluded.images_per_second
     )
     UPDATE ${QUEUES}.leases SET renewed_at = now() WHERE worker = $1 AND job_id = ANY($3::uuid[])`,
    [worker, name, jobIds, imagesPerSecond],
  );
}

/** Takes a worker off the list of those that are there. */
export async function signOff({ connection }: Queue, worker: string): Promise<void> {
  await connection.query('leaving', `DELETE FROM ${QUEUES}.workers WHERE name = $1`, [worker]);
}

/**
 * Gives back the jobs of workers that were not heard of for `leaseMs`.
 * @returns how many
 */
export async function sweepLostJobs(queue: Queue, leaseMs: number): Promise<number> {
  const { connection, name, boss } = queue;
  return connection.transaction('looking for lost jobs of', async (client) => {
    await client.query(
      `DELETE FROM ${QUEUES}.workers WHERE queue = $1 AND seen_at < now() - 10 * $2 * interval '1 ms'`,
      [name, leaseMs],
    );
    // Locked, and asked again once locked: another sweep or the worker itself may have been faster.
    const { rows } = await client.query(
      `SELECT jobs.id, jobs.data ->> 'run' AS run, jobs.data ->> 'model' AS model, leases.worker
       FROM ${JOBS}.job jobs LEFT JOIN ${QUEUES}.leases ON leases.job_id = jobs.id
       WHERE jobs.name = $1 AND jobs.state = 'active'
         AND coalesce(leases.renewed_at, jobs.started_on) < now() - $2 * interval '1 ms'
       FOR UPDATE OF jobs SKIP LOCKED`,
      [name, leaseMs],
    );
    for (const { id, run, model, worker } of rows) {
      const message = `worker ${worker ?? 'without a name'} was not heard of again`;
      await boss.fail(name, id, { message, worker }, within(client));
      await client.query(`DELETE FROM ${QUEUES}.leases WHERE job_id = $1`, [id]);
      await finishIfLast(queue, client, run, model);
    }
    return rows.length;
  });
}

/** Ends a run whose images are all done: by a job that puts the store in order, where it changed. */
export async function finishIfLast(
  { boss, name }: Queue,
  client: PoolClient,
  run: string,
  model: string,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT num_embedded + num_updated + num_removed > 0 AS is_changed FROM ${QUEUES}.runs
     WHERE id = $1 AND listed_at IS NOT NULL AND finished_at IS NULL AND NOT is_tidying FOR UPDATE`,
    [run],
  );
  if (rows.length === 0) return;
  const { rows: left } = await client.query(
    `SELECT 1 FROM ${JOBS}.job WHERE name = $1 AND singleton_key = $2 AND state < 'completed' LIMIT 1`,
    [name, run],
  );
  if (left.length > 0) return;
  if (!rows[0].is_changed) {
    await client.query(`UPDATE ${QUEUES}.runs SET finished_at = now() WHERE id = $1`, [run]);
    return;
  }
  await client.query(`UPDATE ${QUEUES}.runs SET is_tidying = true WHERE id = $1`, [run]);
  const data: TidyJob = { kind: 'tidy', run, model };
  await boss.insert([{ name, data, singletonKey: run }], within(client));
}

async function endLease(client: PoolClient, id: string, worker: string): Promise<boolean> {
  const { rowCount } = await client.query(`DELETE FROM ${QUEUES}.leases WHERE job_id = $1 AND worker = $2`, [
    id,
    worker,
  ]);
  return rowCount === 1;
}

/** @returns whether it was still there */
async function deleteJob({ boss, name }: Queue, client: PoolClient, id: string): Promise<boolean> {
  // Its declaration leaves out what it returns.
  const result: unknown = await boss.deleteJob(name, id, within(client));
  return (result as { affected: number }).affected === 1;
}

function reasonOf({ reason }: BadImage): string {
  return reason.replaceAll('\0', '');
}
