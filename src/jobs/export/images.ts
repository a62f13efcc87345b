import { availableParallelism } from 'node:os';
import { SamesameError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import { forEachInParallel } from '../../data/parallel.ts';
import { reasonOf } from '../../data/pixels/bad.ts';
import { decodeImage, type PixelTarget } from '../../data/pixels/decode.ts';
import type { BadImage } from '../../data/types.ts';
import { listInputs } from '../embed.ts';
import type { ImageRows } from '../embed-store.ts';

/** Decoded images in memory, to be read by their place. */
export interface ImageSample {
  readonly rows: ImageRows;
  readonly numImages: number;
  readonly bad: readonly BadImage[];
}

/** Images that a network is run on at a time while its activations are looked at: a photo's take 50 MB. */
const CALIBRATION_BATCH = 4;

/**
 * A sample of image files and of the images below folders, decoded for a model.
 * @param inputs files and folders
 * @throws E_NOT_FOUND, E_DATA_EMPTY, E_IMAGES_BAD
 */
export async function sampleFiles(
  inputs: readonly string[],
  target: PixelTarget,
  { numImages, seed, signal }: { numImages: number; seed: string | number; signal?: AbortSignal },
): Promise<ImageSample> {
  const drawn = createRandom(seed)
    .fork('calibration')
    .shuffle([...(await listInputs(inputs))])
    .slice(0, numImages);
  const decoded = new Array<Uint8Array | string>(drawn.length);
  const decodeOne = async (i: number) => {
    decoded[i] = await decodeImage(drawn[i], target).catch(reasonOf);
  };
  await forEachInParallel(drawn.length, 2 * availableParallelism(), decodeOne, signal);
  const good = decoded.filter((image) => typeof image !== 'string');
  const bad = drawn.flatMap((id, i) => {
    const reason = decoded[i];
    return typeof reason === 'string' ? [{ id, reason }] : [];
  });
  if (good.length > 0) return { rows: rowsOf(good), numImages: good.length, bad };
  throw new SamesameError('E_IMAGES_BAD', {
    what: `none of the ${drawn.length} images to calibrate on can be read`,
    received: bad
      .slice(0, 5)
      .map(({ id, reason }) => `${id}: ${reason}`)
      .join('; '),
    details: { bad: bad.slice(0, 10) },
  });
}

/** Patterns drawn by chance, where there are no images: noise, and smooth slopes of colour. */
export function drawPatterns(
  { height, width, channels }: Pick<PixelTarget, 'height' | 'width' | 'channels'>,
  numImages: number,
  seed: string | number,
): ImageSample {
  const random = createRandom(seed).fork('patterns');
  const images = Array.from({ length: numImages }, (_, n) => {
    const slopes = Array.from({ length: 3 * channels }, () => random.integer(256));
    return Uint8Array.from({ length: height * width * channels }, (_, i) => {
      if (n % 2 === 0) return random.integer(256);
      const [c, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
      return (slopes[3 * c] + (slopes[3 * c + 1] * x) / width + (slopes[3 * c + 2] * y) / height) % 256;
    });
  });
  return { rows: rowsOf(images), numImages, bad: [] };
}

/** Batches of some rows, as the quantiser reads them. */
export async function* calibrationBatches(
  rows: ImageRows,
  images: Int32Array,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < images.length; start += CALIBRATION_BATCH) {
    signal?.throwIfAborted();
    const chunk = images.subarray(start, start + CALIBRATION_BATCH);
    const batch = new Uint8Array(chunk.length * rows.rowBytes);
    await rows.gather(chunk, batch);
    yield batch;
    onProgress?.(start + chunk.length, images.length);
  }
}

function rowsOf(images: readonly Uint8Array[]): ImageRows {
  return {
    rowBytes: images[0].length,
    async gather(indices, out) {
      for (const [row, index] of indices.entries()) out.set(images[index], row * images[index].length);
    },
  };
}
