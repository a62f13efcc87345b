import { availableParallelism } from 'node:os';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import type { DecodeJob, DecodeThreadStart } from './messages.ts';
import { createSlots } from './slots.ts';
import { startThread, type Thread } from './thread.ts';

/** Decodes images away from the thread that answers requests. */
export interface Decoder {
  /** Settles when it has started. */
  readonly ready: Promise<void>;
  /**
   * @param bytes of an image file; copied, so the caller may go on using what they are a part of
   * @returns uint8 `[H, W, C]`
   * @throws E_IMAGE; what `signal` aborts with, while it waits for its turn
   */
  decode(bytes: Uint8Array, target: PixelTarget, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * A small WebP of an image.
   * @param path as a store keeps it: of a file, or of an archive with `#` and the image's place
   * @throws E_IMAGE, E_NOT_FOUND, E_PERMISSION; what `signal` aborts with, while it waits for its turn
   */
  thumbnail(path: string, signal?: AbortSignal): Promise<Uint8Array>;
  readonly numWaiting: () => number;
  close(): Promise<void>;
}

/**
 * Images sent to the thread for each that it unpacks: its next work lies there when it has done the last, however long this
 * thread is busy with requests meanwhile.
 */
const AHEAD = 8;

/**
 * @param maxPixels larger images are refused before they are unpacked
 * @param numDecodes images that are unpacked at once: with `maxPixels` the bound of the memory. Default: two a core, so
 *   that one is at work while the other's answer is on its way
 */
export function openDecoder({
  maxPixels,
  numDecodes = 2 * availableParallelism(),
}: {
  readonly maxPixels: number;
  readonly numDecodes?: number;
}): Decoder {
  const slots = createSlots(AHEAD * numDecodes);
  let thread = start();

  function start(): Thread<DecodeJob, Uint8Array> {
    return startThread<DecodeJob, Uint8Array>('decode-thread', { numDecodes } satisfies DecodeThreadStart);
  }

  function ask(job: DecodeJob, transfer: ArrayBuffer[] = []): Promise<Uint8Array> {
    if (!thread.isAlive()) thread = start();
    return thread.ask(job, transfer);
  }

  return {
    ready: thread.ready,
    decode: (bytes, target, signal) =>
      slots.run(() => {
        const own = bytes.slice();
        return ask({ kind: 'pixels', bytes: own, target, maxPixels }, [own.buffer]);
      }, signal),
    thumbnail: (path, signal) => slots.run(() => ask({ kind: 'thumbnail', path, maxPixels }), signal),
    numWaiting: slots.numWaiting,
    close: () => thread.close(),
  };
}
