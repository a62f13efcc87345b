import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { findNearHashes } from './near.ts';
import { countBits, differenceHash, hammingDistance, type ImageHash, perceptualHash } from './perceptual.ts';
import { shrinkGrey } from './shrink.ts';

const random = createRandom('hash');
const noise = (height: number, width: number) => ({
  height,
  width,
  data: Float64Array.from({ length: height * width }, () => random.integer(256)),
});
const bitsOf = ([low, high]: ImageHash) =>
  [low, high].map((word) => word.toString(2).padStart(32, '0').split('').reverse().join('')).join('');
const draw = () =>
  [random.integer(2 ** 16) * 2 ** 16 + random.integer(2 ** 16), random.integer(2 ** 32 - 1)] as const;

describe('shrinkGrey', () => {
  it.each([
    [12, 8, 4, 2],
    [5, 7, 3, 4],
    [9, 9, 8, 9],
    [3, 3, 3, 3],
  ])('%i×%i to %i×%i is the mean of the area, as found by splitting pixels', (fromY, fromX, toY, toX) => {
    const image = noise(fromY, fromX);
    // Each pixel is split into toY × toX equal ones, so that every new pixel is made of whole ones.
    const expected: number[] = [];
    for (let y = 0; y < toY; y++) {
      for (let x = 0; x < toX; x++) {
        let sum = 0;
        for (let v = y * fromY; v < (y + 1) * fromY; v++)
          for (let u = x * fromX; u < (x + 1) * fromX; u++)
            sum += image.data[Math.floor(v / toY) * fromX + Math.floor(u / toX)];
        expected.push(sum / (fromY * fromX));
      }
    }
    expect([...shrinkGrey(image, toY, toX)]).toBeAllClose(expected, { rtol: 1e-9 });
  });
});

describe('perceptualHash', () => {
  it('is what the sums of the definition give', () => {
    const image = noise(32, 32);
    const waves: number[] = [];
    for (let v = 1; v <= 8; v++) {
      for (let u = 1; u <= 8; u++) {
        let sum = 0;
        for (let y = 0; y < 32; y++)
          for (let x = 0; x < 32; x++)
            sum +=
              image.data[32 * y + x] *
              Math.cos((Math.PI * u * (2 * x + 1)) / 64) *
              Math.cos((Math.PI * v * (2 * y + 1)) / 64);
        waves.push(sum);
      }
    }
    const ordered = [...waves].sort((a, b) => a - b);
    const expected = waves.map((wave) => (wave > (ordered[31] + ordered[32]) / 2 ? '1' : '0')).join('');
    expect(bitsOf(perceptualHash(image))).toBe(expected);
  });

  it('is the same in another brightness and contrast, and near in another size', () => {
    const image = noise(8, 8);
    const large = { height: 64, width: 64, data: shrinkGrey({ ...image, ...enlarge(image, 8) }, 64, 64) };
    const dim = { ...large, data: large.data.map((value) => 20 + value / 3) };
    expect(perceptualHash(dim)).toEqual(perceptualHash(large));
    const smaller = { height: 50, width: 40, data: shrinkGrey(large, 50, 40) };
    expect(hammingDistance(perceptualHash(smaller), perceptualHash(large))).toBeLessThanOrEqual(4);
    expect(hammingDistance(perceptualHash(noise(64, 64)), perceptualHash(large))).toBeGreaterThan(12);
  });

  it('is defined for one colour', () => {
    expect(perceptualHash({ height: 4, width: 4, data: new Uint8Array(16) })).toEqual([0, 0]);
  });
});

describe('differenceHash', () => {
  it('is set where it gets brighter to the right', () => {
    const rows = [
      '123456789',
      '987654321',
      '111111112',
      '211111111',
      '121212121',
      '000000000',
      '010000000',
      '000000001',
    ];
    const data = Float64Array.from(rows.join(''), Number);
    const expected = [
      '11111111',
      '00000000',
      '00000001',
      '00000000',
      '10101010',
      '00000000',
      '10000000',
      '00000001',
    ];
    expect(bitsOf(differenceHash({ height: 8, width: 9, data }))).toBe(expected.join(''));
  });
});

describe('hammingDistance', () => {
  it('counts the characters in which the bits written out differ', () => {
    for (let i = 0; i < 200; i++) {
      const [a, b] = [draw(), draw()];
      const [x, y] = [bitsOf(a), bitsOf(b)];
      expect(hammingDistance(a, b)).toBe([...x].filter((bit, at) => bit !== y[at]).length);
    }
    expect([0, 1, 0xffffffff, 0x80000000].map(countBits)).toEqual([0, 1, 32, 1]);
  });
});

describe('findNearHashes', () => {
  it.each([0, 1, 3, 4, 7, 8, 12])('finds within %i bits what comparing all finds', (radius) => {
    const hashes: ImageHash[] = Array.from({ length: 40 }, draw);
    for (let i = 0; i < 120; i++) {
      let [low, high] = hashes[random.integer(hashes.length)];
      for (let flips = random.integer(14); flips > 0; flips--) {
        if (random.integer(2) === 0) low = (low ^ (1 << random.integer(32))) >>> 0;
        else high = (high ^ (1 << random.integer(32))) >>> 0;
      }
      hashes.push([low, high]);
    }
    const expected: string[] = [];
    for (const [i, a] of hashes.entries()) {
      for (const [j, b] of hashes.entries()) {
        const distance = hammingDistance(a, b);
        if (i < j && distance <= radius) expected.push(`${i} ${j} ${distance}`);
      }
    }
    const found: string[] = [];
    findNearHashes(hashes, radius, (i, j, distance) => found.push(`${i} ${j} ${distance}`));
    expect(found.sort()).toEqual(expected.sort());
    if (radius > 0) expect(found.length).toBeGreaterThan(0);
  });

  it('has nothing to find in nothing, and refuses what is no radius', () => {
    expect(() => findNearHashes([], 4, () => expect.unreachable())).not.toThrow();
    for (const radius of [-1, 1.5, 20, Number.NaN])
      expect(() => findNearHashes([], radius, () => {})).toThrow(
        expect.objectContaining({ code: 'E_CONFIG' }),
      );
  });
});

/** Each pixel as a square of `factor` by `factor`. */
function enlarge(image: { height: number; width: number; data: Float64Array }, factor: number) {
  const [height, width] = [image.height * factor, image.width * factor];
  const data = Float64Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width / factor), Math.floor((i % width) / factor)];
    return image.data[y * image.width + x];
  });
  return { height, width, data };
}
