import { type GreyImage, shrinkGrey } from './shrink.ts';

/** 64 bits as two uint32: bits 0 … 31, then 32 … 63, the lowest bit first. */
export type ImageHash = readonly [low: number, high: number];

const SIDE = 32;
const NUM_FREQUENCIES = 8;
/** `cos(π·k·(2x + 1) / 64)` for k = 1 … 8: float64 `[8, 32]`. */
const COSINES = Float64Array.from({ length: NUM_FREQUENCIES * SIDE }, (_, i) => {
  const k = Math.floor(i / SIDE) + 1;
  return Math.cos((Math.PI * k * (2 * (i % SIDE) + 1)) / (2 * SIDE));
});

/**
 * pHash: which of the 64 slowest waves in an image are stronger than the median of them. Bit `8·(v−1) + u−1` is set
 * where `Σ grey(x, y)·cos(πu(2x+1)/64)·cos(πv(2y+1)/64)` over the image at 32×32 is above the median, u and v from 1 to 8.
 * It hardly changes with size, compression, brightness and contrast; it does with cropping, turning and mirroring.
 * An image of one colour has no waves: its bits mean nothing.
 * @source Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2.1
 * @example
 * hammingDistance(perceptualHash(a), perceptualHash(b)); // 0 … 64; up to 6 for the same picture
 */
export function perceptualHash(image: GreyImage): ImageHash {
  const small = shrinkGrey(image, SIDE, SIDE);
  const rows = new Float64Array(SIDE * NUM_FREQUENCIES);
  for (let y = 0; y < SIDE; y++) {
    for (let u = 0; u < NUM_FREQUENCIES; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += small[y * SIDE + x] * COSINES[u * SIDE + x];
      rows[y * NUM_FREQUENCIES + u] = sum;
    }
  }
  const waves = new Float64Array(NUM_FREQUENCIES * NUM_FREQUENCIES);
  for (let v = 0; v < NUM_FREQUENCIES; v++) {
    for (let u = 0; u < NUM_FREQUENCIES; u++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += rows[y * NUM_FREQUENCIES + u] * COSINES[v * SIDE + y];
      waves[v * NUM_FREQUENCIES + u] = sum;
    }
  }
  const sorted = waves.slice().sort();
  const median = (sorted[31] + sorted[32]) / 2;
  return packBits(64, (i) => waves[i] > median);
}

/**
 * dHash: where an image gets brighter from left to right. Bit `8·y + x` is set where the image at 8×9 has
 * `grey(x + 1, y) > grey(x, y)`. Cheaper than pHash, and blunter.
 * @source Krawetz, Kind of Like That, 2013
 */
export function differenceHash(image: GreyImage): ImageHash {
  const small = shrinkGrey(image, 8, 9);
  return packBits(64, (i) => {
    const at = 9 * (i >> 3) + (i & 7);
    return small[at + 1] > small[at];
  });
}

/** The number of bits in which two hashes differ: 0 … 64. */
export function hammingDistance(a: ImageHash, b: ImageHash): number {
  return countBits(a[0] ^ b[0]) + countBits(a[1] ^ b[1]);
}

/** The set bits of a 32-bit integer. */
export function countBits(bits: number): number {
  let x = bits - ((bits >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function packBits(numBits: number, isSet: (index: number) => boolean): ImageHash {
  const words: [number, number] = [0, 0];
  for (let i = 0; i < numBits; i++) if (isSet(i)) words[i >> 5] |= 1 << (i & 31);
  return [words[0] >>> 0, words[1] >>> 0];
}
