import { SamesameError } from '../../base/errors.ts';
import type { Artefact } from '../../model/load.ts';
import type { ModelJob, ModelThreadStart } from './messages.ts';
import { startThread, type Thread } from './thread.ts';

export interface PoolOptions {
  readonly artefact: Artefact;
  readonly numThreads: number;
  readonly provider?: string;
  /** A thread has ended by itself; another is being started in its place. */
  readonly onThreadEnd?: (cause: Error) => void;
  /** For tests: another script than that of this room. */
  readonly script?: string;
}

/** Threads that each hold the model. */
export interface Pool {
  readonly numAlive: () => number;
  /** The answer of the thread that has the least to do. @throws E_RUNTIME and what the model throws */
  ask(job: ModelJob, transfer?: ArrayBuffer[]): Promise<Float32Array>;
  close(): Promise<void>;
}

interface Member {
  thread: Thread<ModelJob, Float32Array>;
  numAsked: number;
}

/** Pause before a thread that ended by itself is started again: what fails at once must not keep a core busy. */
const RESTART_MS = 1000;

/** Starts the threads and loads the model in each. @throws E_MODEL, E_RUNTIME where it cannot be loaded */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { artefact, numThreads, provider, onThreadEnd, script = 'model-thread' } = options;
  const timers = new Set<NodeJS.Timeout>();
  let isClosed = false;

  function start(): Thread<ModelJob, Float32Array> {
    return startThread<ModelJob, Float32Array>(
      script,
      { artefact, provider } satisfies ModelThreadStart,
      replaceEnded,
    );
  }
  function replaceEnded(cause: Error): void {
    if (isClosed) return;
    onThreadEnd?.(cause);
    const timer = setTimeout(() => {
      timers.delete(timer);
      for (const member of members) if (!member.thread.isAlive()) member.thread = start();
    }, RESTART_MS);
    timers.add(timer);
  }

  const members: Member[] = Array.from({ length: numThreads }, () => ({ thread: start(), numAsked: 0 }));
  const close = async () => {
    isClosed = true;
    for (const timer of timers) clearTimeout(timer);
    await Promise.all(members.map(({ thread }) => thread.close()));
  };
  const started = await Promise.allSettled(members.map(({ thread }) => thread.ready));
  for (const result of started) {
    if (result.status === 'fulfilled') continue;
    await close();
    throw result.reason;
  }

  return {
    numAlive: () => members.filter(({ thread }) => thread.isAlive()).length,
    async ask(job, transfer) {
      const alive = members.filter(({ thread }) => thread.isAlive());
      const [least] = alive.sort((a, b) => a.numAsked - b.numAsked);
      if (least === undefined) {
        throw new SamesameError('E_RUNTIME', {
          what: 'no thread that runs the model is alive',
          help: 'one is being started; ask again in a second',
        });
      }
      least.numAsked++;
      try {
        return await least.thread.ask(job, transfer);
      } finally {
        least.numAsked--;
      }
    },
    close,
  };
}
