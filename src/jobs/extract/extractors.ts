import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, SamesameError } from '../../base/errors.ts';
import type { PixelShape } from '../../data/types.ts';
import type { Failure } from '../failure.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';

export interface ExtractorOptions {
  /** ONNX bytes of the frozen graph: one input, uint8 `[N, H, W, C]`; one output, float16 or float32 `[N, …]`. */
  readonly model: Uint8Array;
  readonly shape: PixelShape;
  /**
   * Threads, each with a copy of the graph. Default: one for each core. Several threads that each run a batch alone are
   * faster than one batch spread over them: none waits for another, and whoever is free decodes.
   */
  readonly numWorkers?: number;
}

/** Runs a frozen graph in threads of its own, so that this one stays free to read, decode and write. */
export interface Extractors {
  /** Batches to hand over at once: one to work on and one in waiting, for each thread. */
  readonly concurrency: number;
  /**
   * @param pixels uint8 `[numImages, H, W, C]`; moved to another thread, and of no use here afterwards
   * @returns uint16 `[numImages, rowLength]`, bits of float16; the caller's own
   * @throws E_RUNTIME
   */
  extract(pixels: Uint8Array, numImages: number): Promise<Uint16Array>;
  close(): Promise<void>;
}

/**
 * Starts the threads and loads the graph in each.
 * @throws E_RUNTIME, E_MODEL where the graph cannot be loaded or is of another kind
 * @example
 * const extractors = await openExtractors({ model, shape: { height: 224, width: 224, channels: 3 } });
 * const { extract, concurrency } = extractors;
 * const store = await openFeatures({ ...options, trunk: { key, rowLength, extract, concurrency } });
 * await extractors.close();
 */
export async function openExtractors(options: ExtractorOptions): Promise<Extractors> {
  const { model, shape, numWorkers = availableParallelism() } = options;
  const threads = Array.from({ length: numWorkers }, () => startThread({ model, shape }));
  const started = await Promise.allSettled(threads.map(({ ready }) => ready));
  const close = async () => {
    await Promise.all(threads.map((thread) => thread.close()));
  };
  for (const result of started) {
    if (result.status === 'fulfilled') continue;
    await close();
    throw result.reason;
  }
  return {
    concurrency: 2 * numWorkers,
    extract(pixels, numImages) {
      const [least] = [...threads].sort((a, b) => a.numWaiting() - b.numWaiting());
      return least.extract(pixels, numImages);
    },
    close,
  };
}

// Tests run TypeScript, which a thread of Node 20 cannot load: it then is the built one.
const WORKER = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/jobs/extract/worker.js', import.meta.url)
  : new URL('./worker.js', import.meta.url);

interface Waiting {
  resolve(rows: Uint16Array): void;
  reject(error: unknown): void;
}

function startThread(workerData: WorkerStart) {
  const worker = new Worker(WORKER, { workerData, execArgv: [] });
  /** Answers come in the order of the questions. The first is that it is ready. */
  const waiting: Waiting[] = [];
  let ended: unknown;

  const ready = ask();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', (message: FromWorker) => {
    const first = waiting.shift();
    if (message.kind === 'failed') first?.reject(errorOf(message.failure));
    else first?.resolve(message.kind === 'rows' ? message.rows : new Uint16Array(0));
    // A thread without work does not keep the process alive.
    if (waiting.length === 0) worker.unref();
  });
  worker.on('error', fail);
  worker.once('exit', () => fail(new Error('the thread has ended')));

  function fail(cause: unknown): void {
    ended ??= new SamesameError('E_RUNTIME', {
      what: 'the thread that runs the frozen part of the network has stopped',
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
    for (const { reject } of waiting.splice(0)) reject(ended);
  }
  function ask(): Promise<Uint16Array> {
    worker.ref();
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  return {
    ready,
    numWaiting: () => waiting.length,
    async extract(pixels: Uint8Array, numImages: number): Promise<Uint16Array> {
      if (ended !== undefined) throw ended;
      const isWhole = pixels.byteLength === pixels.buffer.byteLength;
      const own = isWhole ? pixels : pixels.slice();
      worker.postMessage({ pixels: own, numImages } satisfies ToWorker, [own.buffer as ArrayBuffer]);
      return ask();
    },
    async close() {
      if (ended !== undefined) return;
      worker.ref();
      worker.postMessage(undefined);
      await exited;
    },
  };
}

function errorOf({ code, message }: Failure): Error {
  if (!code.startsWith('E_') || code === 'E_UNEXPECTED') return new Error(message);
  return new SamesameError(code as ErrorCode, { what: message });
}
