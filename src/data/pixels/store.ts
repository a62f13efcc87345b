import { SamesameError } from '../../base/errors.ts';
import type { BadImage, PixelShape } from '../types.ts';
import type { RowFile } from './spill.ts';

/** Decoded pixels of every usable image of a set, ready to be gathered into batches. */
export interface PixelStore {
  readonly shape: PixelShape;
  /** Bytes of an image: height × width × channels. */
  readonly rowBytes: number;
  /** Images of the set, the unusable ones included: an index here is an index in the set. */
  readonly numImages: number;
  /** Images that could not be decoded, in order of index. */
  readonly bad: readonly BadImage[];
  /** int32, ascending: the images that were decoded. */
  readonly usable: Int32Array;
  /**
   * Copies images into `out`: uint8 `[indices.length, height, width, channels]`, in the order of `indices`, repeats
   * included. `out` may be longer.
   * @throws E_SHAPE where `out` is too short, E_DATA for an index that is not usable, E_IO
   */
  gather(indices: Int32Array, out: Uint8Array): Promise<void>;
  /** Gives back memory and the spilled file. The store is of no use afterwards. */
  close(): Promise<void>;
}

/** What `createStore` keeps: the first rows in memory, those behind them in a file. */
export interface StoredRows {
  readonly shape: PixelShape;
  readonly numImages: number;
  readonly bad: readonly BadImage[];
  /** uint8 `[numImages]`: 1 where the image is usable. */
  readonly isUsable: Uint8Array;
  /** uint8 `[numInMemory, height, width, channels]`: images 0 … numInMemory − 1. */
  readonly memory: Uint8Array;
  /** The images behind them, row 0 being image `numInMemory`. */
  readonly spilled?: RowFile;
}

export function createStore(rows: StoredRows): PixelStore {
  const { shape, numImages, bad, isUsable, spilled } = rows;
  const rowBytes = shape.height * shape.width * shape.channels;
  const numInMemory = rows.memory.length / rowBytes;
  const usable = Int32Array.from({ length: numImages }, (_, i) => i).filter((i) => isUsable[i] === 1);
  let memory: Uint8Array | undefined = rows.memory;

  return {
    shape,
    rowBytes,
    numImages,
    bad,
    usable,
    async gather(indices, out) {
      if (memory === undefined) throw new SamesameError('E_DATA', { what: 'the pixel store is closed' });
      if (out.length < indices.length * rowBytes) {
        throw new SamesameError('E_SHAPE', {
          what: 'gathering images failed',
          expected: `${indices.length * rowBytes} bytes for ${indices.length} images`,
          received: `${out.length} bytes`,
        });
      }
      const reads: Promise<void>[] = [];
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i];
        if (isUsable[index] !== 1) throw notUsable(index, numImages);
        const at = i * rowBytes;
        if (index < numInMemory) {
          const from = index * rowBytes;
          out.set(memory.subarray(from, from + rowBytes), at);
        } else reads.push(spilled!.read(index - numInMemory, out.subarray(at, at + rowBytes)));
      }
      if (reads.length > 0) await Promise.all(reads);
    },
    async close() {
      if (memory === undefined) return;
      memory = undefined;
      await spilled?.close();
    },
  };
}

function notUsable(index: number, numImages: number): SamesameError {
  return new SamesameError('E_DATA', {
    what: `image ${index} cannot be gathered`,
    expected: `an index among the store's "usable" ones, of ${numImages} images`,
    help: 'draw batches from images that are both in the split and usable',
    details: { index },
  });
}
