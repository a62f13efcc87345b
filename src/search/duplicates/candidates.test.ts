import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { countBits } from '../../data/hash/perceptual.ts';
import { findCandidates, type WindowTable } from './candidates.ts';

const random = createRandom('candidates');
const word = () => random.integer(2 ** 16) * 2 ** 16 + random.integer(2 ** 16);

/** Images of windows with random hashes and places. */
function createTable(numWindows: readonly number[]): WindowTable {
  const starts = new Int32Array(numWindows.length + 1);
  for (const [i, count] of numWindows.entries()) starts[i + 1] = starts[i] + count;
  const total = starts[numWindows.length];
  return {
    starts,
    hashes: Uint32Array.from({ length: 2 * total }, word),
    places: Float32Array.from({ length: 4 * total }, () => 0.2 + 0.6 * random.uniform()),
  };
}

describe('findCandidates', () => {
  it('finds every two images with a window within seven bits, as comparing all does', () => {
    const table = createTable(Array.from({ length: 40 }, () => 3 + random.integer(5)));
    const total = table.hashes.length / 2;
    for (let i = 0; i < 60; i++) {
      const [from, to] = [random.integer(total), random.integer(total)];
      table.hashes.copyWithin(2 * to, 2 * from, 2 * from + 2);
      for (let flips = random.integer(12); flips > 0; flips--)
        table.hashes[2 * to + random.integer(2)] ^= 1 << random.integer(32);
    }
    const imageOf = (window: number) => table.starts.findLastIndex((start) => start <= window);
    const expected = new Set<string>();
    for (let p = 0; p < total; p++) {
      for (let q = 0; q < p; q++) {
        const bits =
          countBits(table.hashes[2 * p] ^ table.hashes[2 * q]) +
          countBits(table.hashes[2 * p + 1] ^ table.hashes[2 * q + 1]);
        const [a, b] = [imageOf(q), imageOf(p)];
        if (bits <= 7 && a !== b) expected.add(`${a} ${b}`);
      }
    }
    expect(expected.size).toBeGreaterThan(10);
    const found = findCandidates(table, () => true).map(({ a, b }) => `${a} ${b}`);
    expect(found.sort()).toEqual([...expected].sort());
    const even = findCandidates(table, (a, b) => a % 2 !== b % 2);
    expect(even.every(({ a, b }) => a % 2 !== b % 2)).toBe(true);
  });

  it('counts windows that agree on one placement, and puts that first', () => {
    const table = createTable([4, 4]);
    table.hashes.copyWithin(8, 0, 8);
    // Image 1 shows the part of image 0 from .25 to .75: places double around the middle. One window contradicts.
    for (let i = 0; i < 4; i++) {
      table.places.set([0.3 + 0.1 * i, 0.4, 0.1, 0.1], 4 * i);
      table.places.set([2 * (0.3 + 0.1 * i) - 0.5, 0.3, 0.2, 0.2], 4 * (4 + i));
    }
    table.places[4 * 7] = 0.02;
    const [candidate, ...others] = findCandidates(table, () => true);
    expect(others).toEqual([]);
    expect(candidate).toMatchObject({ a: 0, b: 1, votes: 3, isMirrored: false });
    const { xx, x0, yy, y0 } = candidate.guesses[0];
    expect([xx, x0, yy, y0]).toBeAllClose([2, -0.5, 2, -0.5], { rtol: 1e-5 });
  });

  it('finds a mirror image only where mirror images are hashed', () => {
    const table = createTable([1, 1]);
    const mirrored = Uint32Array.from({ length: 4 }, word);
    mirrored.set(table.hashes.subarray(0, 2), 2);
    expect(findCandidates(table, () => true)).toEqual([]);
    expect(findCandidates({ ...table, mirrored }, () => true)).toMatchObject([
      { a: 0, b: 1, isMirrored: true },
    ]);
  });

  it('has nothing to find in nothing', () => {
    expect(findCandidates(createTable([]), () => true)).toEqual([]);
    expect(findCandidates(createTable([0, 0]), () => true)).toEqual([]);
  });
});
