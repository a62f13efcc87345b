import type { PixelShape } from '../types.ts';

/**
 * Turns one square image of a batch by quarters, counter-clockwise as seen, in place.
 * @param batch uint8; the image `[S, S, C]` begins at byte `start`
 * @param turns 0 to 3
 * @param scratch uint8, at least one image long; written over
 */
export function turnQuarters(
  batch: Uint8Array,
  start: number,
  { height: side, channels }: PixelShape,
  turns: number,
  scratch: Uint8Array,
): void {
  if (turns === 0) return;
  const numBytes = side * side * channels;
  scratch.set(batch.subarray(start, start + numBytes));
  const last = side - 1;
  let to = start;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const fromY = turns === 1 ? x : turns === 2 ? last - y : last - x;
      const fromX = turns === 1 ? last - y : turns === 2 ? last - x : y;
      const from = (fromY * side + fromX) * channels;
      for (let c = 0; c < channels; c++) batch[to++] = scratch[from + c];
    }
  }
}
