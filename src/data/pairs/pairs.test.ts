import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import type { PairList } from '../types.ts';
import { allPairBlocks, allPairs } from './all.ts';
import { drawBalancedPairs } from './balanced.ts';
import { drawCouplePairs, splitCouples } from './couples.ts';
import { drawHardPairs } from './hard.ts';
import { joinPairs } from './list.ts';
import { drawRatioPairs } from './ratio.ts';
import { splitPairs } from './split.ts';

const random = () => createRandom('pairs');
const listOf = (pairs: PairList) =>
  Array.from({ length: pairs.numPairs }, (_, i) => [pairs.left[i], pairs.right[i], pairs.similar[i]]);

function expectTrue(pairs: PairList, labels: Int32Array): void {
  for (const [left, right, similar] of listOf(pairs)) {
    expect(labels[left] === labels[right] ? 1 : 0).toBe(similar);
    expect(left).not.toBe(right);
    expect(labels[left]).toBeGreaterThanOrEqual(0);
  }
}

const labelArrays = fc
  .array(fc.integer({ min: -1, max: 5 }), { minLength: 3, maxLength: 40 })
  .map((values) => Int32Array.from(values))
  .filter((labels) => {
    const known = [...labels].filter((label) => label >= 0);
    return new Set(known).size >= 2 && new Set(known).size < known.length;
  });

describe('drawBalancedPairs', () => {
  it('alternates true similar and dissimilar pairs, whatever the classes', () => {
    fc.assert(
      fc.property(labelArrays, fc.nat(60), (labels, numPairs) => {
        const pairs = drawBalancedPairs(labels, undefined, { numPairs, random: random() });
        expectTrue(pairs, labels);
        expect([...pairs.similar]).toEqual(Array.from({ length: numPairs }, (_, i) => 1 - (i % 2)));
      }),
      { numRuns: 60 },
    );
  });

  it('draws classes uniformly, however many images they have', () => {
    // Classes of 1, 2, 3 and 94 images: similar pairs from the last three, dissimilar ones from all.
    const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 1 ? 0 : i < 3 ? 1 : i < 6 ? 2 : 3));
    const numPairs = 24_000;
    const pairs = drawBalancedPairs(labels, undefined, { numPairs, random: random() });
    const similar = new Array(4).fill(0);
    const dissimilar = new Array(4).fill(0);
    for (const [left, right, isSimilar] of listOf(pairs)) {
      if (isSimilar) similar[labels[left]]++;
      else for (const image of [left, right]) dissimilar[labels[image]]++;
    }
    expect(similar[0]).toBe(0);
    // 4,000 and 6,000 expected; five standard deviations are 260 and 340.
    for (const count of similar.slice(1)) expect(Math.abs(count - 4000)).toBeLessThan(260);
    for (const count of dissimilar) expect(Math.abs(count - 6000)).toBeLessThan(340);
  });

  it('uses only the images it is given and says what is missing', () => {
    const labels = Int32Array.of(0, 0, 0, 1, 1, 2);
    const indices = Int32Array.of(0, 2, 4);
    const pairs = drawBalancedPairs(labels, indices, { numPairs: 40, random: random() });
    expect(new Set([...pairs.left, ...pairs.right])).toEqual(new Set([0, 2, 4]));
    const draw = (...images: number[]) =>
      drawBalancedPairs(labels, Int32Array.from(images), { numPairs: 2, random: random() });
    expect(() => draw(0, 1)).toThrow(expect.objectContaining({ code: 'E_DATA_ONE_CLASS' }));
    expect(() => draw()).toThrow(expect.objectContaining({ code: 'E_DATA_ONE_CLASS' }));
    expect(() => draw(0, 3, 5)).toThrow(expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }));
  });
});

describe('drawRatioPairs', () => {
  const labels = Int32Array.of(0, 1, 0, 1, 0, 2);

  it('lists all pairs of a class, or neighbours, and the asked share of others', () => {
    const all = drawRatioPairs(labels, undefined, {
      similar: 'all',
      dissimilarPerSimilar: 2.21,
      random: random(),
    });
    expect(listOf(all).slice(0, 4)).toEqual([
      [0, 2, 1],
      [0, 4, 1],
      [2, 4, 1],
      [1, 3, 1],
    ]);
    expect(all.numPairs).toBe(4 + 9);
    expectTrue(all, labels);
    const next = drawRatioPairs(labels, undefined, { similar: 'neighbours', random: random() });
    expect(listOf(next).slice(0, 3)).toEqual([
      [0, 2, 1],
      [2, 4, 1],
      [1, 3, 1],
    ]);
    expect(next.numPairs).toBe(6);
  });

  it('uses every image equally often on the left of dissimilar pairs', () => {
    const pairs = drawRatioPairs(labels, undefined, {
      similar: 12,
      dissimilarPerSimilar: 3,
      random: random(),
    });
    expectTrue(pairs, labels);
    const counts = new Array(6).fill(0);
    for (const [left, , similar] of listOf(pairs)) if (similar === 0) counts[left]++;
    expect(counts).toEqual([6, 6, 6, 6, 6, 6]);
  });

  it('refuses more than it may list, and a ratio below 0', () => {
    const draw = (options: object) =>
      drawRatioPairs(labels, undefined, { similar: 'all', random: random(), ...options });
    expect(() => draw({ maxPairs: 7 })).toThrow(expect.objectContaining({ code: 'E_DATA' }));
    expect(() => draw({ dissimilarPerSimilar: -1 })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});

describe('allPairs', () => {
  it('lists each pair once, in blocks too', () => {
    fc.assert(
      fc.property(labelArrays, fc.integer({ min: 1, max: 50 }), (labels, blockSize) => {
        const expected: number[][] = [];
        for (let i = 0; i < labels.length; i++) {
          for (let j = i + 1; j < labels.length; j++) {
            if (labels[i] >= 0 && labels[j] >= 0) expected.push([i, j, labels[i] === labels[j] ? 1 : 0]);
          }
        }
        expect(listOf(allPairs(labels))).toEqual(expected);
        const blocks = [...allPairBlocks(labels, undefined, blockSize)];
        expect(listOf(joinPairs(...blocks))).toEqual(expected);
        for (const block of blocks.slice(0, -1)) expect(block.numPairs).toBe(blockSize);
      }),
      { numRuns: 40 },
    );
  });

  it('is bounded, and empty for one image', () => {
    expect(() => allPairs(new Int32Array(100), undefined, 4949)).toThrow(
      expect.objectContaining({ code: 'E_DATA' }),
    );
    expect(allPairs(new Int32Array(100), undefined, 4950).numPairs).toBe(4950);
    expect(allPairs(Int32Array.of(0)).numPairs).toBe(0);
    expect(allPairs(Int32Array.of(-1, -1)).numPairs).toBe(0);
  });
});

describe('drawHardPairs', () => {
  it('finds the farthest of the same class and the nearest of another, as a plain search does', () => {
    const draws = createRandom(5);
    const numRows = 300;
    const size = 3;
    const labels = Int32Array.from({ length: 400 }, () => draws.integer(8) - 1);
    labels[7] = 99;
    const indices = draws.shuffle(Int32Array.from({ length: 400 }, (_, i) => i)).slice(0, numRows);
    if (!indices.includes(7)) indices[0] = 7;
    const embeddings = Float32Array.from({ length: numRows * size }, () => draws.normal());
    const distance = (a: number, b: number) =>
      Math.hypot(...[0, 1, 2].map((d) => embeddings[a * size + d] - embeddings[b * size + d]));
    const expected = new Set<string>();
    for (let a = 0; a < numRows; a++) {
      if (labels[indices[a]] < 0) continue;
      let far = -1;
      let near = -1;
      for (let b = 0; b < numRows; b++) {
        if (a === b || labels[indices[b]] < 0) continue;
        if (labels[indices[a]] === labels[indices[b]]) {
          if (far < 0 || distance(a, b) > distance(a, far)) far = b;
        } else if (near < 0 || distance(a, b) < distance(a, near)) near = b;
      }
      const key = (b: number) => [indices[a], indices[b]].sort((x, y) => x - y).join();
      if (far >= 0) expected.add(`${key(far)} 1`);
      if (near >= 0) expected.add(`${key(near)} 0`);
    }
    const found = listOf(drawHardPairs(labels, indices, embeddings)).map(
      ([left, right, similar]) => `${Math.min(left, right)},${Math.max(left, right)} ${similar}`,
    );
    expect(new Set(found).size).toBe(found.length);
    expect([...found].sort()).toEqual([...expected].sort());
  });

  it('has defined results for equal points and clear errors', () => {
    const labels = Int32Array.of(0, 0, 1);
    const all = Int32Array.of(0, 1, 2);
    expect(listOf(drawHardPairs(labels, all, new Float32Array(6)))).toEqual([
      [0, 1, 1],
      [0, 2, 0],
      [1, 2, 0],
    ]);
    const draw = (indices: Int32Array, values: number[]) =>
      drawHardPairs(labels, indices, Float32Array.from(values));
    expect(() => draw(all, [1, 2])).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
    expect(() => draw(all, [1, Number.NaN, 2])).toThrow(expect.objectContaining({ code: 'E_NAN' }));
    expect(() => draw(Int32Array.of(0, 1), [1, 2])).toThrow(
      expect.objectContaining({ code: 'E_DATA_ONE_CLASS' }),
    );
  });
});

describe('drawCouplePairs', () => {
  const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 2, 2);

  it('pairs couples, and others only among the chosen couples', () => {
    const couples = Int32Array.of(0, 2);
    const pairs = drawCouplePairs(labels, { couples, dissimilarPerSimilar: 4, random: random() });
    expect(listOf(pairs).slice(0, 2)).toEqual([
      [0, 1, 1],
      [4, 5, 1],
    ]);
    expect(pairs.numPairs).toBe(10);
    for (const [left, right, similar] of listOf(pairs).slice(2)) {
      expect(similar).toBe(0);
      expect(labels[left]).not.toBe(labels[right]);
      expect([0, 1, 4, 5]).toEqual(expect.arrayContaining([left, right]));
    }
    const alike = () => drawCouplePairs(labels, { couples: Int32Array.of(0, 1), random: random() });
    expect(alike).toThrow(expect.objectContaining({ code: 'E_DATA_ONE_CLASS' }));
  });

  it('splits couples once and for all', () => {
    const { train, validation } = splitCouples(40, { seed: 2 });
    expect(validation).toHaveLength(10);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });
});

describe('splitPairs', () => {
  it('shares no image between parts and keeps tied images together', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const draws = createRandom(seed);
        const labels = Int32Array.from({ length: 120 }, (_, i) => Math.floor(i / 3));
        const pairs = drawBalancedPairs(labels, undefined, { numPairs: 400, random: draws });
        const splits = splitPairs(pairs, { seed });
        const images = [splits.train, splits.validation, splits.test].map(
          (part) => new Set([...part.left, ...part.right]),
        );
        for (const [a, b] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ]) {
          for (const image of images[a]) expect(images[b].has(image)).toBe(false);
        }
        const numKept = splits.train.numPairs + splits.validation.numPairs + splits.test.numPairs;
        expect(numKept + splits.numDropped).toBe(400);
        expect(images[1].size).toBeGreaterThan(8);
        const numSimilar = [splits.train, splits.validation, splits.test].reduce(
          (sum, part) => sum + part.similar.reduce((a, b) => a + b, 0),
          0,
        );
        expect(numSimilar).toBe(200);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses what hangs together', () => {
    const chain: PairList = {
      numPairs: 3,
      left: Int32Array.of(0, 1, 2),
      right: Int32Array.of(1, 2, 3),
      similar: Float32Array.of(1, 1, 1),
    };
    expect(() => splitPairs(chain)).toThrow(expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }));
    expect(() => splitPairs(chain, { validation: 1 })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    expect(splitPairs(chain, { validation: 0, test: 0 }).train.numPairs).toBe(3);
  });
});
