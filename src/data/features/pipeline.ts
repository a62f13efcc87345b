import { SamesameError } from '../../base/errors.ts';
import { areFinite16 } from '../../base/float16.ts';
import { forEachInParallel } from '../parallel.ts';
import { reasonOf } from '../pixels/bad.ts';
import type { PixelTarget } from '../pixels/decode.ts';
import { decodeOne } from '../pixels/decode-one.ts';
import { NUM_DECODES, withOneThreadAnImage } from '../pixels/threads.ts';
import type { ImageSet } from '../types.ts';
import { readContent } from './contents.ts';
import type { Trunk } from './types.ts';

/** Rows to be computed from one image, which is decoded once for all of them. */
export interface ImageTask {
  readonly image: number;
  /** Hash of its content, by which the rows are kept. */
  readonly hash: string;
  readonly slots: readonly number[];
}

export interface PipelineParts {
  readonly set: ImageSet;
  readonly target: PixelTarget;
  readonly trunk: Trunk;
  readonly batchSize: number;
  /** Varies the image for a slot, in place. */
  readonly vary: (image: Uint8Array, slot: number) => void;
  /** Takes rows. @param rows uint16 `[slots.length, rowLength]` */
  readonly keep: (slots: readonly number[], rows: Uint16Array) => void;
  /**
   * Takes an image that cannot be decoded.
   * @param isLasting whether that is so for good: a file that is gone or changed may be there the next time
   */
  readonly refuse: (task: ImageTask, reason: string, isLasting: boolean) => void;
  readonly signal?: AbortSignal;
}

interface Batch {
  readonly pixels: Uint8Array;
  readonly slots: number[];
}

/**
 * Decodes images and extracts their features, both at once: enough images are in flight that decoding goes on in other
 * threads while this one waits in `extract`, and at most two batches wait for it. The first failure stops the start of
 * more and is thrown once all that is in flight has ended; what was extracted by then is kept.
 * @throws E_SHAPE, E_NAN for what `extract` returned; whatever it, `keep` or `signal` throws
 */
export async function extractAll(tasks: readonly ImageTask[], parts: PipelineParts): Promise<void> {
  const { set, target, trunk, batchSize, vary, keep, refuse, signal } = parts;
  const { concurrency = 1 } = trunk;
  const imageBytes = target.height * target.width * target.channels;
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const enter = createGate(concurrency);
  let batch = newBatch();

  function newBatch(): Batch {
    return { pixels: new Uint8Array(batchSize * imageBytes), slots: [] };
  }
  function check(): void {
    if (failures.length > 0) throw failures[0];
    signal?.throwIfAborted();
  }
  async function run({ pixels, slots }: Batch): Promise<void> {
    const leave = await enter();
    let rows: Uint16Array;
    try {
      check();
      const used = slots.length === batchSize ? pixels : pixels.slice(0, slots.length * imageBytes);
      rows = await trunk.extract(used, slots.length);
    } finally {
      leave();
    }
    checkRows(rows, slots.length, trunk.rowLength);
    keep(slots, rows);
  }
  function start(full: Batch): void {
    const extraction = run(full)
      .catch((error) => {
        failures.push(error);
      })
      .finally(() => running.delete(extraction));
    running.add(extraction);
  }
  /** Undefined for an image that was refused. */
  async function decodeTask(task: ImageTask): Promise<Uint8Array | undefined> {
    let isLasting = false;
    try {
      const { hash, bytes } = await readContent(set, task.image);
      if (hash !== task.hash) throw new Error('it was changed while it was being read');
      isLasting = true;
      return await decodeOne(set, task.image, target, undefined, bytes);
    } catch (error) {
      refuse(task, reasonOf(error), isLasting);
      return undefined;
    }
  }
  async function work(index: number): Promise<void> {
    const task = tasks[index];
    const image = await decodeTask(task);
    if (image === undefined) return;
    for (const slot of task.slots) {
      while (running.size >= concurrency + 2) await Promise.race(running);
      check();
      const at = batch.slots.length * imageBytes;
      batch.pixels.set(image, at);
      vary(batch.pixels.subarray(at, at + imageBytes), slot);
      if (batch.slots.push(slot) < batchSize) continue;
      start(batch);
      batch = newBatch();
    }
  }

  const numInFlight = Math.max(NUM_DECODES, 2 * batchSize);
  await withOneThreadAnImage(() => forEachInParallel(tasks.length, numInFlight, work, signal)).catch(
    (error) => {
      failures.push(error);
    },
  );
  if (batch.slots.length > 0 && failures.length === 0) start(batch);
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

/** Lets `limit` in at once, the others in the order they came. What it returns must be called to leave. */
function createGate(limit: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let numInside = 0;
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) numInside--;
    else next();
  };
  return async () => {
    if (numInside < limit) numInside++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return leave;
  };
}

function checkRows(rows: Uint16Array, numRows: number, rowLength: number): void {
  if (rows.length !== numRows * rowLength) {
    throw new SamesameError('E_SHAPE', {
      what: 'the frozen part of the network gave features of another size',
      expected: `${numRows} × ${rowLength} numbers`,
      received: `${rows.length} numbers`,
    });
  }
  if (areFinite16(rows)) return;
  throw new SamesameError('E_NAN', {
    what: 'the frozen part of the network gave features that are not finite in half precision',
    help: 'check how pixels are scaled for this network, or cut it elsewhere',
  });
}
