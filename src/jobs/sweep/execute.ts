import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createRuntime } from '#runtime';
import type { Dataset } from '../../data/sources/open.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { toFailure } from '../failure.ts';
import type { FromWorker, Outcome, ToWorker } from './messages.ts';
import type { PlannedRun } from './plan.ts';
import { trainRun } from './train-run.ts';

/** Does one run; what goes wrong is its outcome. @throws only what `signal` aborts with */
export type Executor = (
  run: PlannedRun,
  onEvent: (event: TrainEvent) => void,
  signal: AbortSignal,
) => Promise<Outcome>;

export interface ExecutorOptions {
  readonly numThreads?: number;
  readonly provider?: string;
  readonly memoryBytes?: number;
  readonly checkpointSeconds?: number;
  /** Folder of downloaded backbones and of features, which all runs share. Default: samesame's own, of this user. */
  readonly cache?: string;
}

/** Trains in this process. */
export function executeHere(datasets: ReadonlyMap<string, Dataset>, options: ExecutorOptions): Executor {
  const { numThreads, provider, memoryBytes, checkpointSeconds, cache } = options;
  const runtime = createRuntime({ numThreads, provider });
  return async (run, onEvent, signal) => {
    const dataset = datasets.get(run.data);
    try {
      const parts = {
        dataset,
        runtime,
        numThreads,
        memoryBytes,
        checkpointSeconds,
        cache,
        signal,
        onEvent,
      };
      return { kind: 'finished', numbers: await trainRun(run, parts) };
    } catch (error) {
      signal.throwIfAborted();
      return { kind: 'failed', failure: toFailure(error) };
    }
  };
}

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const MEMORY_BYTES = 2 ** 30;

/** Trains each run in a process of its own, with an equal share of `numParallel` of threads and memory. */
export function executeInChildren(numParallel: number, options: ExecutorOptions): Executor {
  const { numThreads = availableParallelism(), memoryBytes = MEMORY_BYTES } = options;
  const share = {
    provider: options.provider,
    checkpointSeconds: options.checkpointSeconds,
    cache: options.cache,
    numThreads: Math.max(1, Math.floor(numThreads / numParallel)),
    memoryBytes: Math.floor(memoryBytes / numParallel),
  };
  return async (run, onEvent, signal) => {
    const outcome = await inChild({ kind: 'run', run, ...share }, onEvent, signal);
    signal.throwIfAborted();
    return outcome;
  };
}

function inChild(
  task: ToWorker & { kind: 'run' },
  onEvent: (event: TrainEvent) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  // `advanced` keeps infinities, which JSON has no word for. What a crash prints is part of the failure.
  // It reads no argument: the folder is for people who list processes.
  const child = fork(WORKER, [task.run.folder], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  const tell = (message: ToWorker) => child.connected && child.send(message, () => {});
  const abort = () => tell({ kind: 'abort' });
  let outcome: Outcome | undefined;
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  child.on('message', (message: FromWorker) => {
    if (message.kind === 'event') onEvent(message.event);
    else outcome = message;
  });
  signal.addEventListener('abort', abort);
  tell(task);
  if (signal.aborted) abort();
  return new Promise((resolve) => {
    const end = (what: string) => {
      signal.removeEventListener('abort', abort);
      const message = [what, stderr.trim()].filter(Boolean).join('\n  ');
      resolve(outcome ?? { kind: 'failed', failure: { code: 'E_RUNTIME', message } });
    };
    child.on('error', ({ message }) => end(`the process that trained could not be started: ${message}`));
    child.on('close', (code, ending) =>
      end(`the process that trained ended early (${ending ?? `exit code ${code}`})`),
    );
  });
}
