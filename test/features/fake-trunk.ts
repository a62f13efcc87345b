import { toFloat16 } from '../../src/base/float16.ts';
import type { Trunk } from '../../src/data/features/types.ts';

export const TARGET = { height: 8, width: 8, channels: 3, resize: 'stretch' } as const;
export const IMAGE_BYTES = 8 * 8 * 3;
export const ROW_LENGTH = 5;

/** What the fake trunk makes of an image, in plain numbers: the mean, and four pixels far apart. */
export function featuresOf(image: Uint8Array): Uint16Array {
  const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
  return toFloat16(Float32Array.of(mean / 255, ...[0, 50, 100, 190].map((i) => image[i] / 255)));
}

/** A trunk that is a loop, and counts. */
export function fakeTrunk({ key = 'fake', concurrency = 1, delayMs = 0 } = {}) {
  const calls: number[] = [];
  const trunk: Trunk = {
    key,
    about: `${key} up to nowhere`,
    rowLength: ROW_LENGTH,
    concurrency,
    async extract(pixels, numImages) {
      calls.push(numImages);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const rows = new Uint16Array(numImages * ROW_LENGTH);
      for (let i = 0; i < numImages; i++)
        rows.set(featuresOf(pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES)), i * ROW_LENGTH);
      return rows;
    },
  };
  return { trunk, calls, numExtracted: () => calls.reduce((sum, count) => sum + count, 0) };
}
