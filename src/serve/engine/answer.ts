import { parentPort } from 'node:worker_threads';
import { toFailure } from '../../jobs/failure.ts';
import type { FromThread, ToThread } from './messages.ts';

/** What a thread does. */
export interface ThreadWork<Job> {
  /** Settles when it can be asked. */
  readonly ready: Promise<unknown>;
  /** A typed array over memory of its own, which is moved to whoever asked. */
  work(job: Job): Promise<Float32Array | Uint8Array>;
  /** After the last job. */
  close(): Promise<void>;
}

/**
 * Answers the jobs that come from the thread that started this one.
 * @param isParallel whether a job may start before the last has ended
 */
export function answerJobs<Job>(
  { ready, work, close }: ThreadWork<Job>,
  { isParallel }: { readonly isParallel: boolean },
): void {
  const port = parentPort!;
  const tell = (message: FromThread<unknown>, transfer: ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);
  const answer = async (id: number, job: Job) => {
    try {
      await ready;
      const result = await work(job);
      const isWhole = result.byteLength === result.buffer.byteLength;
      const own = isWhole ? result : result.slice();
      tell({ id, answer: own }, [own.buffer as ArrayBuffer]);
    } catch (error) {
      tell({ id, failure: toFailure(error) });
    }
  };

  ready.then(
    () => tell({ id: 0, answer: undefined }),
    (error) => tell({ id: 0, failure: toFailure(error) }),
  );
  let last: Promise<unknown> = ready.catch(() => {});
  port.on('message', (message: ToThread<Job>) => {
    if (message === undefined) last = last.then(close).finally(() => port.close());
    else {
      const { id, job } = message;
      last = isParallel ? Promise.all([last, answer(id, job)]) : last.then(() => answer(id, job));
    }
  });
}
