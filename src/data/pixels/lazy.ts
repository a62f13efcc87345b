import { SamesameError } from '../../base/errors.ts';
import { forEachInParallel } from '../parallel.ts';
import type { BadImage, ImageSet } from '../types.ts';
import type { PixelTarget } from './decode.ts';
import { decodeOne } from './decode-one.ts';
import { createStore, type PixelStore } from './store.ts';
import { NUM_DECODES, withOneThreadAnImage } from './threads.ts';

export interface LazyPixelOptions extends PixelTarget {
  /** Images that are known not to be readable: they are not usable here either. Default none. */
  readonly bad?: readonly BadImage[];
  /** Bytes of the images decoded last to keep in memory. Default 64 MiB: 440 images of 224×224×3. */
  readonly memoryBytes?: number;
  /** Larger images are refused. Default 100 million pixels. */
  readonly maxPixels?: number;
}

const DEFAULT_MEMORY_BYTES = 2 ** 26;

/**
 * A pixel store that decodes an image when it is gathered, and keeps those decoded last. For those who need few images,
 * or each of them once: with kept features that is everybody but baselines and pictures.
 * `gather` throws E_IMAGE where an image that is not listed as bad cannot be decoded after all.
 * @throws E_CONFIG for a size or an amount of memory out of range
 * @example
 * const pixels = createLazyStore(set, { ...target, bad: features.bad });
 * await pixels.gather(Int32Array.of(3, 5), batch); // two images are decoded, and no other
 */
export function createLazyStore(set: ImageSet, options: LazyPixelOptions): PixelStore {
  const {
    height,
    width,
    channels,
    resize,
    bad = [],
    memoryBytes = DEFAULT_MEMORY_BYTES,
    maxPixels,
  } = options;
  checkSize(options);
  const { numImages, pixels } = set;
  const shape = { height, width, channels };
  const target: PixelTarget = { ...shape, resize };
  const isUsable = usableBut(bad, set);
  const isReady =
    pixels.kind === 'decoded' &&
    pixels.height === height &&
    pixels.width === width &&
    pixels.channels === channels;
  if (isReady) return createStore({ shape, numImages, bad, isUsable, memory: pixels.data });

  const imageBytes = height * width * channels;
  const recent = createRecent(Math.floor(memoryBytes / imageBytes));
  const usable = Int32Array.from({ length: numImages }, (_, i) => i).filter((i) => isUsable[i] === 1);
  let isClosed = false;

  return {
    shape,
    rowBytes: imageBytes,
    numImages,
    bad,
    usable,
    async gather(indices, out) {
      if (isClosed) throw new SamesameError('E_DATA', { what: 'the pixel store is closed' });
      checkGather(indices, out, imageBytes, isUsable);
      await withOneThreadAnImage(() =>
        forEachInParallel(indices.length, NUM_DECODES, async (i) => {
          const image = await recent.get(indices[i], () => decodeOne(set, indices[i], target, maxPixels));
          out.set(image, i * imageBytes);
        }),
      );
    },
    async close() {
      isClosed = true;
      recent.clear();
    },
  };
}

/** The images asked for last, those being decoded included, so that none is decoded twice at once. */
function createRecent(capacity: number) {
  const images = new Map<number, Promise<Uint8Array>>();
  return {
    get(index: number, decode: () => Promise<Uint8Array>): Promise<Uint8Array> {
      const image = images.get(index) ?? decode();
      // A map keeps the order in which keys were put in: the oldest is the first.
      images.delete(index);
      images.set(index, image);
      image.catch(() => images.get(index) === image && images.delete(index));
      if (images.size > capacity) images.delete(images.keys().next().value!);
      return image;
    },
    clear: () => images.clear(),
  };
}

function usableBut(bad: readonly BadImage[], set: ImageSet): Uint8Array {
  const names = new Set(bad.map(({ id }) => id));
  return Uint8Array.from({ length: set.numImages }, (_, i) =>
    Number(names.size === 0 || !names.has(set.id(i))),
  );
}

function checkGather(indices: Int32Array, out: Uint8Array, imageBytes: number, isUsable: Uint8Array): void {
  if (out.length < indices.length * imageBytes) {
    throw new SamesameError('E_SHAPE', {
      what: 'gathering images failed',
      expected: `${indices.length * imageBytes} bytes for ${indices.length} images`,
      received: `${out.length} bytes`,
    });
  }
  const index = indices.find((each) => isUsable[each] !== 1);
  if (index === undefined) return;
  throw new SamesameError('E_DATA', {
    what: `image ${index} cannot be gathered`,
    expected: `an index among the store's "usable" ones, of ${isUsable.length} images`,
    details: { index },
  });
}

function checkSize({ height, width, channels, memoryBytes = 0 }: LazyPixelOptions): void {
  const areSides = [height, width].every((side) => Number.isInteger(side) && side >= 1);
  if (areSides && (channels === 1 || channels === 3) && memoryBytes >= 0) return;
  throw new SamesameError('E_CONFIG', {
    what: 'a pixel store was given options out of range',
    expected: 'height and width whole numbers from 1, channels 1 or 3, memoryBytes from 0',
    received: JSON.stringify({ height, width, channels, memoryBytes }),
  });
}
