// A process that trains one run of a sweep for the process that started it, and tells it by messages how it goes.
import { createRuntime } from '#runtime';
import type { TrainEvent } from '../../train/progress.ts';
import { toFailure } from '../failure.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { trainRun } from './train-run.ts';

/** Steps between these would only keep both processes busy. */
const STEP_MS = 100;

const abort = new AbortController();
const stop = () => abort.abort(new Error('the sweep was interrupted'));
let lastStepMs = 0;

process.on('message', (message: ToWorker) => {
  if (message.kind === 'abort') stop();
  else void work(message);
});
// Ctrl-C reaches every process of a terminal. The one that started this one says when to stop.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// It has died: end in good order, so that the run can be resumed.
process.on('disconnect', stop);

async function work({
  run,
  numThreads,
  provider,
  memoryBytes,
  checkpointSeconds,
  cache,
}: ToWorker & { kind: 'run' }) {
  let answer: FromWorker;
  try {
    const numbers = await trainRun(run, {
      runtime: createRuntime({ numThreads, provider }),
      numThreads,
      memoryBytes,
      checkpointSeconds,
      cache,
      signal: abort.signal,
      onEvent: tell,
    });
    answer = { kind: 'finished', numbers };
  } catch (error) {
    answer = { kind: 'failed', failure: toFailure(error) };
  }
  if (process.connected) process.send!(answer, () => process.exit());
  else process.exit();
}

function tell(event: TrainEvent): void {
  if (event.kind === 'step') {
    const nowMs = performance.now();
    if (nowMs - lastStepMs < STEP_MS) return;
    lastStepMs = nowMs;
  }
  if (process.connected) process.send!({ kind: 'event', event } satisfies FromWorker);
}
