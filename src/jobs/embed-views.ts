import { SamesameError } from '../base/errors.ts';
import { createShifter } from '../data/augment/geometry.ts';
import { turnQuarters } from '../data/augment/quarter-turn.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Model } from '../model/model.ts';

/** Images gathered at a time. */
const CHUNK = 512;

export interface ViewOptions {
  /** Whether a row is `4 · image + turns`. */
  readonly hasTurns: boolean;
  /** Views moved by up to ± this many pixels along each axis. */
  readonly shifts: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Embeddings of images, each the mean over its views, brought back to length 1 where the model's have it.
 * @param rows int32: images of the store, or `4 · image + turns`
 * @returns float32 `[rows.length, D]`
 * @throws E_CONFIG, E_SHAPE for turns of images that are not square
 */
export async function embedViews(
  { embed, config }: Pick<Model, 'embed' | 'config'>,
  pixels: PixelStore,
  rows: Int32Array,
  { hasTurns, shifts, signal, onProgress }: ViewOptions,
): Promise<Float32Array> {
  checkShifts(shifts);
  const { embeddingSize, normalized } = config.encoder;
  const embeddings = new Float32Array(rows.length * embeddingSize);
  for (let start = 0; start < rows.length; start += CHUNK) {
    signal?.throwIfAborted();
    const chunk = rows.subarray(start, start + CHUNK);
    const images = await gatherTurned(pixels, chunk, hasTurns);
    const sums = embeddings.subarray(start * embeddingSize, (start + chunk.length) * embeddingSize);
    for (let y = -shifts; y <= shifts; y++) {
      for (let x = -shifts; x <= shifts; x++) {
        const part = await embed(moved(images, pixels.shape, x, y));
        for (let i = 0; i < part.length; i++) sums[i] += part[i] / (2 * shifts + 1) ** 2;
      }
    }
    onProgress?.(start + chunk.length, rows.length);
  }
  if (normalized && shifts > 0) normalize(embeddings, embeddingSize);
  return embeddings;
}

/** The pixels of rows, turned: uint8 `[rows.length, H, W, C]`, the caller's own. @throws E_SHAPE */
export async function gatherTurned(
  pixels: PixelStore,
  rows: Int32Array,
  hasTurns: boolean,
): Promise<Uint8Array> {
  const { height, width, channels } = pixels.shape;
  const imageBytes = height * width * channels;
  const images = new Uint8Array(rows.length * imageBytes);
  if (!hasTurns) {
    await pixels.gather(rows, images);
    return images;
  }
  if (height !== width) {
    throw new SamesameError('E_SHAPE', {
      what: 'quarter turns need square images',
      expected: 'a model whose input has equal sides',
      received: `${height}×${width}`,
    });
  }
  await pixels.gather(
    rows.map((row) => row >> 2),
    images,
  );
  const scratch = new Uint8Array(imageBytes);
  for (const [i, row] of rows.entries()) turnQuarters(images, i * imageBytes, pixels.shape, row & 3, scratch);
  return images;
}

function moved(images: Uint8Array, shape: PixelStore['shape'], shiftX: number, shiftY: number): Uint8Array {
  if (shiftX === 0 && shiftY === 0) return images;
  const imageBytes = shape.height * shape.width * shape.channels;
  const shift = createShifter(shape);
  const still = { flipHorizontal: false, flipVertical: false, stretch: 1, shear: 0, angleRad: 0, scale: 1 };
  const result = new Uint8Array(images.length);
  for (let at = 0; at < images.length; at += imageBytes)
    shift(images.subarray(at, at + imageBytes), result, at, { ...still, shiftX, shiftY }, 'edge');
  return result;
}

function normalize(embeddings: Float32Array, size: number): void {
  for (let at = 0; at < embeddings.length; at += size) {
    const row = embeddings.subarray(at, at + size);
    const length = Math.hypot(...row);
    if (length > 0) for (let d = 0; d < size; d++) row[d] /= length;
  }
}

function checkShifts(shifts: number): void {
  if (Number.isSafeInteger(shifts) && shifts >= 0 && shifts <= 8) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the number of shifts is out of range',
    expected: 'a whole number from 0 to 8',
    received: String(shifts),
  });
}
