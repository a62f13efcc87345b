import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { SamesameError } from '../../base/errors.ts';
import type { S3Options } from '../../data/s3/client.ts';
import type { Model } from '../../model/model.ts';
import { storeIdentity } from '../../search/store/identity.ts';
import type { VectorStore } from '../../search/store/types.ts';
import { lazyS3Client } from '../indexing/listing.ts';
import {
  claimJob,
  completeJob,
  failJob,
  type JobOutcome,
  releaseJob,
  renewLeases,
  signOff,
  sweepLostJobs,
} from './claims.ts';
import { DEFAULT_LEASE_MS, keepBeating, processName } from './lease.ts';
import { checkDedicated } from './open.ts';
import { processJob, Unfit } from './process-job.ts';
import { createRate } from './rate.ts';
import { readStatus } from './status.ts';
import type { ClaimedJob, Queue } from './types.ts';

export type WorkerEvent =
  | { readonly kind: 'done'; readonly job: ClaimedJob; readonly outcome: JobOutcome }
  | { readonly kind: 'failed'; readonly job: ClaimedJob; readonly error: unknown }
  /** No job waits, and none is in hand. Told once, until there is one again. */
  | { readonly kind: 'idle' };

export interface WorkOptions {
  readonly s3?: S3Options;
  /**
   * Jobs in hand at a time. Default 2: while one is embedded the images of the other are read. More help where reading
   * takes long, as over a network.
   */
  readonly concurrency?: number;
  /** End when everything is done, instead of waiting for more. */
  readonly untilDone?: boolean;
  /** How long this worker may be silent before its jobs are given to others. Default 60 s. */
  readonly leaseMs?: number;
  /** Between two looks for a job where there was none. Default 1 s. */
  readonly idleMs?: number;
  /** Pause after a failure, doubled with each in a row. Default 1 s. */
  readonly failurePauseMs?: number;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Ends the worker when the jobs in hand are done. */
  readonly signal?: AbortSignal;
}

export interface WorkResult {
  readonly numJobs: number;
  readonly numImages: number;
  readonly numEmbedded: number;
  readonly numBad: number;
  readonly numFailed: number;
}

/** Failures in a row from which it is this worker that is broken, and not the jobs. */
const MAX_FAILURES = 5;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Takes jobs from a queue and does them, until `signal` aborts or, with `untilDone`, all are done. A job that fails is given
 * back; a worker whose jobs all fail ends, before it spoils the rest.
 * @throws E_QUEUE where the jobs are for another model or store; E_NOT_FOUND where the folder of a job is not there on
 *   this machine; the last failure of five in a row; what queue and store throw
 */
export async function work(
  queue: Queue,
  model: Pick<Model, 'config' | 'embed'>,
  store: VectorStore,
  {
    s3,
    concurrency = 2,
    untilDone = false,
    leaseMs = DEFAULT_LEASE_MS,
    idleMs = 1000,
    failurePauseMs = 1000,
    onEvent,
    signal,
  }: WorkOptions = {},
): Promise<WorkResult> {
  const identity = storeIdentity(model.config);
  await checkDedicated(queue, store, identity);
  // Two workers of one process, or of two containers whose names and numbers are the same, are still two.
  const name = `${processName()} (${randomBytes(3).toString('hex')})`;
  const withWhat = { model, fingerprint: identity.model, store, s3: lazyS3Client(s3) };
  const inHand = new Set<string>();
  const rate = createRate();
  const totals = { numJobs: 0, numImages: 0, numEmbedded: 0, numBad: 0, numFailed: 0 };
  const ending = new AbortController();
  const stopping = AbortSignal.any([ending.signal, ...(signal === undefined ? [] : [signal])]);
  let numFailuresInRow = 0;
  let isIdle = false;

  const beat = async () => {
    await renewLeases(queue, name, [...inHand], rate.perSecond());
    await sweepLostJobs(queue, leaseMs);
  };
  await beat();
  const stopBeating = keepBeating(leaseMs, beat, (error) => ending.abort(error));

  async function doOne(job: ClaimedJob): Promise<void> {
    try {
      const outcome = await processJob(job.data, withWhat);
      await completeJob(queue, job, outcome);
      rate.add(outcome.numImages);
      totals.numJobs++;
      totals.numImages += outcome.numImages;
      totals.numEmbedded += outcome.counts.numEmbedded;
      totals.numBad += outcome.bad.length;
      numFailuresInRow = 0;
      onEvent?.({ kind: 'done', job, outcome });
    } catch (error) {
      if (error instanceof Unfit) {
        await releaseJob(queue, job, name);
        throw error.cause;
      }
      await failJob(queue, job, name, error instanceof Error ? error.message : String(error));
      totals.numFailed++;
      onEvent?.({ kind: 'failed', job, error });
      if (++numFailuresInRow >= MAX_FAILURES) throw error;
      await pause(Math.min(failurePauseMs * 2 ** (numFailuresInRow - 1), LONGEST_PAUSE_MS));
    }
  }

  async function lane(): Promise<void> {
    while (!stopping.aborted) {
      const job = await claimJob(queue, name);
      if (job !== undefined) {
        isIdle = false;
        inHand.add(job.id);
        await doOne(job).finally(() => inHand.delete(job.id));
        continue;
      }
      if (untilDone && (await readStatus(queue, { numNamed: 0 })).isDone) return;
      if (!isIdle && inHand.size === 0) {
        isIdle = true;
        onEvent?.({ kind: 'idle' });
      }
      await pause(idleMs);
    }
  }

  /** Ends early where the worker does. */
  const pause = (ms: number) => setTimeout(ms, undefined, { signal: stopping }).catch(() => {});

  const lanes = Array.from({ length: concurrency }, () => lane().catch((error) => ending.abort(error)));
  await Promise.allSettled(lanes);
  await stopBeating();
  const failure: unknown = ending.signal.aborted ? ending.signal.reason : undefined;
  // Where the database is away nobody can be told, and the lease runs out by itself.
  if (!(failure instanceof SamesameError && failure.code === 'E_CONNECTION')) await signOff(queue, name);
  if (failure !== undefined) throw failure;
  return totals;
}
