import type { Random } from '../../base/random.ts';
import type { PixelShape } from '../types.ts';

/** Log-uniform from 1:3.3 to 3.3:1, as in the paper. */
const LARGEST_ASPECT = 3.3;

/**
 * Hides a rectangle of one image under random bytes, in place.
 * @param batch uint8; the image `[H, W, C]` begins at byte `start`
 * @param area smallest and largest share of the image; a rectangle that is too long for its side is cut to the side
 * @source Zhong, Zheng, Kang, Li & Yang 2020, "Random erasing data augmentation" (random values did best)
 */
export function eraseRectangle(
  batch: Uint8Array,
  start: number,
  shape: PixelShape,
  area: readonly [number, number],
  random: Random,
): void {
  const { height, width, channels } = shape;
  const numPixels = (area[0] + (area[1] - area[0]) * random.uniform()) * height * width;
  const aspect = LARGEST_ASPECT ** (random.uniform() * 2 - 1);
  const tall = Math.min(height, Math.max(1, Math.round(Math.sqrt(numPixels * aspect))));
  const wide = Math.min(width, Math.max(1, Math.round(Math.sqrt(numPixels / aspect))));
  const top = random.integer(height - tall + 1);
  const left = random.integer(width - wide + 1);
  for (let y = top; y < top + tall; y++) {
    const rowStart = start + (y * width + left) * channels;
    for (let i = rowStart; i < rowStart + wide * channels; i++) batch[i] = random.bits() >>> 24;
  }
}
