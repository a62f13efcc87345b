import { availableParallelism } from 'node:os';
import { SamesameError } from '../../base/errors.ts';
import type { Program, Runtime, RuntimeOptions, RuntimeTensor } from '../../graph/runtime/types.ts';
import type { Tensors } from './messages.ts';
import { startThread, type ThreadHandle } from './thread-handle.ts';

/**
 * A runtime of Node for much work of one kind: each graph is loaded in as many threads as there are cores, and each run
 * goes whole to the thread with the least to do. Several runs at once are faster than one spread over the cores, because
 * none waits for another, and the caller's own thread stays free. One run alone is slower.
 * The threads begin with the first graph and end with the last that is closed.
 * @param options `numThreads`: threads, each with a copy of the graph. Default: one for each core
 * @example
 * const model = await loadModel('runs/photos', { runtime: createThreadedRuntime() });
 * await indexImages(model, store, ['photos']);
 */
export function createThreadedRuntime({
  provider,
  numThreads = availableParallelism(),
}: RuntimeOptions = {}): Runtime {
  let threads: readonly ThreadHandle[] = [];
  let numLoaded = 0;
  let numOpen = 0;
  const name = `node/${provider ?? 'cpu'} in ${numThreads} threads`;

  async function release(): Promise<void> {
    if (--numOpen > 0) return;
    const ended = threads;
    threads = [];
    await Promise.all(ended.map((thread) => thread.end()));
  }

  return {
    name,
    tensor: (type, data, dims) => ({ type, dims, data }),
    async load(model, options = {}) {
      if (numOpen++ === 0) threads = Array.from({ length: numThreads }, () => startThread({ provider }));
      const own = threads;
      const program = numLoaded++;
      try {
        const answers = await Promise.all(
          own.map((thread) => thread.ask({ kind: 'load', program, model, options }, 'loaded')),
        );
        return createProgram(own, program, answers[0], release);
      } catch (error) {
        await release();
        throw error;
      }
    },
  };
}

function createProgram(
  threads: readonly ThreadHandle[],
  program: number,
  { inputs, outputs }: Pick<Program, 'inputs' | 'outputs'>,
  release: () => Promise<void>,
): Program {
  let isClosed = false;
  return {
    inputs,
    outputs,
    // One to work on, and enough in waiting for each thread while the caller's own is busy.
    concurrency: 4 * threads.length,
    async run(feeds, fetches = {}) {
      const [least] = threads
        .filter((thread) => thread.isRunning())
        .sort((a, b) => a.numWaiting() - b.numWaiting());
      const own = copiesOf(feeds);
      const { results } = await (least ?? threads[0]).ask(
        { kind: 'run', program, feeds: own },
        'ran',
        Object.values(own).map(({ data }) => data.buffer as ArrayBuffer),
      );
      for (const [name, tensor] of Object.entries(fetches)) copyInto(tensor, results[name], name);
      return { ...results, ...fetches };
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      const running = threads.filter((thread) => thread.isRunning());
      await Promise.all(running.map((thread) => thread.ask({ kind: 'close', program }, 'closed')));
      await release();
    },
  };
}

/** The caller keeps its tensors; sent as they are, all that lies in the same memory would go with them. */
function copiesOf(tensors: Tensors): Tensors {
  const copies = Object.entries(tensors).map(([name, { type, dims, data }]) => [
    name,
    { type, dims, data: data.slice() },
  ]);
  return Object.fromEntries(copies);
}

function copyInto(target: RuntimeTensor, { data }: RuntimeTensor, name: string): void {
  if (data.length !== target.data.length) {
    throw new SamesameError('E_RUNTIME', {
      what: `the result ${name} does not fit the tensor that it is to be written into`,
      expected: `${data.length} elements`,
      received: `${target.data.length}`,
    });
  }
  (target.data as Float32Array).set(data as Float32Array);
}
