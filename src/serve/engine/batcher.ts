/** Runs one batch: uint8 `[N, H, W, C]` → float32 `[N, D]`. The pixels are its own. */
export type RunBatch = (pixels: Uint8Array, numImages: number) => Promise<Float32Array>;

export interface BatcherOptions {
  /** Bytes of one image. */
  readonly imageBytes: number;
  /** Batches that can run at once. */
  readonly numThreads: number;
  /** Images a batch at most. */
  readonly maxBatch: number;
  /** Milliseconds that a first image waits for others while a thread is free. */
  readonly windowMs: number;
  readonly run: RunBatch;
  readonly onBatch?: (numImages: number) => void;
}

/** Puts images of many requests into batches. */
export interface Batcher {
  /**
   * @param pixels uint8 `[H, W, C]` of one image
   * @param signal takes it out of the queue again; of one that runs already the result is dropped
   * @returns float32 `[D]`
   * @throws what `run` threw; what `signal` aborts with
   */
  add(pixels: Uint8Array, signal?: AbortSignal): Promise<Float32Array>;
  /** Images that no batch has taken yet. */
  readonly numWaiting: () => number;
  readonly numRunning: () => number;
}

interface Item {
  readonly pixels: Uint8Array;
  readonly resolve: (embedding: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Batches a thread may have: one that runs and one behind it, so that it never waits for this thread. */
const DEPTH = 2;

/**
 * Batches that form by themselves: a free thread takes what has come within the window, a busy one is given a second
 * batch only when that is full. So one image alone waits for no more than the window, and under load batches are full.
 *
 * The queue has no limit of its own: who adds to it has been admitted before.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const { imageBytes, numThreads, maxBatch, windowMs, run, onBatch } = options;
  const waiting = new Set<Item>();
  let numBatches = 0;
  let numRunning = 0;
  let timer: NodeJS.Timeout | undefined;

  function dispatch(isWindowOver: boolean): void {
    while (waiting.size >= maxBatch && numBatches < DEPTH * numThreads) start();
    if (waiting.size > 0 && numBatches < numThreads) {
      if (isWindowOver || windowMs === 0) start();
      else timer ??= setTimeout(endWindow, windowMs);
    }
    if (waiting.size === 0) stopTimer();
  }
  function endWindow(): void {
    timer = undefined;
    dispatch(true);
  }
  function stopTimer(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function start(): void {
    const batch: Item[] = [];
    for (const item of waiting) {
      if (batch.length === maxBatch) break;
      waiting.delete(item);
      batch.push(item);
    }
    const pixels = new Uint8Array(batch.length * imageBytes);
    for (const [i, item] of batch.entries()) pixels.set(item.pixels, i * imageBytes);
    numBatches++;
    numRunning += batch.length;
    onBatch?.(batch.length);
    run(pixels, batch.length)
      .then(
        (embeddings) => {
          const size = embeddings.length / batch.length;
          for (const [i, { resolve }] of batch.entries())
            resolve(embeddings.subarray(i * size, (i + 1) * size));
        },
        (error) => {
          for (const { reject } of batch) reject(error);
        },
      )
      .finally(() => {
        numBatches--;
        numRunning -= batch.length;
        // What waited while the thread was busy has waited long enough.
        dispatch(true);
      });
  }

  return {
    add: (pixels, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const item: Item = {
          pixels,
          resolve: (embedding) => {
            signal?.removeEventListener('abort', abort);
            resolve(embedding);
          },
          reject: (error) => {
            signal?.removeEventListener('abort', abort);
            reject(error);
          },
        };
        const abort = () => {
          waiting.delete(item);
          item.reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort);
        waiting.add(item);
        dispatch(false);
      }),
    numWaiting: () => waiting.size,
    numRunning: () => numRunning,
  };
}
