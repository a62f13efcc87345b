import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import type { PairList } from '../types.ts';
import { drawDisjointPairs, takeDisjoint } from './disjoint.ts';

const labelsOf = (...sizes: number[]) =>
  Int32Array.from(sizes.flatMap((size, label) => new Array(size).fill(label)));
const imagesOf = ({ left, right }: PairList) => [...left, ...right];
const countSimilar = ({ similar }: PairList) => similar.filter((value) => value === 1).length;

describe('drawDisjointPairs', () => {
  it('uses no image twice and labels its pairs right', () => {
    const labels = labelsOf(20, 20, 20, 7, 3, 2, 1);
    const pairs = drawDisjointPairs(labels, undefined, { unit: 'image', random: createRandom(1) });
    const images = imagesOf(pairs);
    expect(new Set(images).size).toBe(images.length);
    for (let i = 0; i < pairs.numPairs; i++) {
      expect(labels[pairs.left[i]] === labels[pairs.right[i]] ? 1 : 0).toBe(pairs.similar[i]);
    }
    expect(countSimilar(pairs)).toBeGreaterThan(6);
    expect(pairs.numPairs - countSimilar(pairs)).toBeGreaterThan(6);
  });

  it('uses all images of equal classes, half for each kind', () => {
    const pairs = drawDisjointPairs(labelsOf(...new Array(10).fill(20)), undefined, {
      unit: 'image',
      random: createRandom(2),
    });
    expect([countSimilar(pairs), pairs.numPairs]).toEqual([50, 100]);
  });

  it('uses no class twice', () => {
    const labels = labelsOf(...new Array(30).fill(5));
    const pairs = drawDisjointPairs(labels, undefined, { unit: 'class', random: createRandom(3) });
    const touched: number[] = [];
    for (let i = 0; i < pairs.numPairs; i++)
      touched.push(...new Set([labels[pairs.left[i]], labels[pairs.right[i]]]));
    expect(new Set(touched).size).toBe(touched.length);
    expect([countSimilar(pairs), pairs.numPairs]).toEqual([10, 20]);
  });

  it('draws from the images it is given, passing over those without a label', () => {
    const labels = Int32Array.from([0, 0, 1, 1, -1, -1, 0, 1]);
    const pairs = drawDisjointPairs(labels, Int32Array.from([0, 1, 2, 4, 5]), {
      unit: 'image',
      random: createRandom(4),
    });
    expect(imagesOf(pairs).every((image) => [0, 1, 2].includes(image))).toBe(true);
  });

  it.each(['image', 'class'] as const)(
    'gives no dissimilar pair of one class, none at all of nothing (%s)',
    (unit) => {
      const one = drawDisjointPairs(labelsOf(8), undefined, { unit, random: createRandom(5) });
      expect(one.numPairs).toBe(countSimilar(one));
      expect(drawDisjointPairs(labelsOf(), undefined, { unit, random: createRandom(6) }).numPairs).toBe(0);
    },
  );
});

it('takeDisjoint keeps pairs of a list that share no image', () => {
  const pairs: PairList = {
    numPairs: 5,
    left: Int32Array.from([0, 1, 2, 3, 6]),
    right: Int32Array.from([1, 2, 3, 0, 6]),
    similar: Float32Array.from([1, 0, 1, 0, 1]),
  };
  const kept = takeDisjoint(pairs, createRandom(7));
  expect(new Set(imagesOf(kept)).size).toBe(4);
});
