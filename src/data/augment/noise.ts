import type { Random } from '../../base/random.ts';

/** Standard deviation of the sum of four uniform bytes: sqrt(4·(256² − 1)/12). */
const SUM_STD = Math.sqrt((256 ** 2 - 1) / 3);
const SUM_MEAN = 510;

/**
 * Adds noise to `values[start … end)` in place, each value by itself, clamped to 0 … 255.
 * The noise is the sum of the four bytes of one random word (Irwin–Hall of order 4): bell-shaped, ending at ±3.45
 * standard deviations, in integers only and without a logarithm a value.
 * @param std standard deviation as a share of the range, from 0 to 1
 */
export function addNoise(values: Uint8Array, start: number, end: number, std: number, random: Random): void {
  const factor = Math.round((std * 255 * 65536) / SUM_STD);
  for (let i = start; i < end; i++) {
    const bits = random.bits();
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - SUM_MEAN;
    // Up to 510·113,000 = 5.8e7 in size: no overflow.
    const value = values[i] + ((sum * factor + 32768) >> 16);
    values[i] = Math.min(Math.max(value, 0), 255);
  }
}
