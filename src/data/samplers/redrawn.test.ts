import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { drawIndexedPairs } from '../pairs/indexed.ts';
import type { PairList } from '../types.ts';
import { createCurriculumSampler } from './curriculum.ts';
import { createHardPairSampler } from './hard-pairs.ts';

/** Four images of each of five classes; an image lies at its class, and a little beside it: the fourth far beside. */
const LABELS = Int32Array.from({ length: 20 }, (_, i) => Math.floor(i / 4));
const placeOf = (image: number) => 10 * LABELS[image] + [0, 1, 2, 7][image % 4];
const embed = (images: Int32Array) => Float32Array.from(images, placeOf);
const distanceOf = ({ left, right }: PairList, i: number) => Math.abs(placeOf(left[i]) - placeOf(right[i]));
const listOf = (pairs: PairList) =>
  Array.from(pairs.left, (left, i) => [left, pairs.right[i], pairs.similar[i]].join(' '));
const meanDistance = (pairs: PairList, kind: number) => {
  const own = Array.from(pairs.similar.keys()).filter((i) => pairs.similar[i] === kind);
  return own.reduce((sum, i) => sum + distanceOf(pairs, i), 0) / own.length;
};
const checkLabels = (pairs: PairList) => {
  for (let i = 0; i < pairs.numPairs; i++) {
    expect(pairs.left[i]).not.toBe(pairs.right[i]);
    expect(pairs.similar[i]).toBe(Number(LABELS[pairs.left[i]] === LABELS[pairs.right[i]]));
  }
};
const options = { labels: LABELS, numPairs: 24, batchSize: 6, seed: 3 };

describe('hard pairs, drawn anew each epoch', () => {
  it('are the farthest of a class and the nearest of others, and random ones beside them', () => {
    const sampler = createHardPairSampler(options);
    const pairs = sampler.redraw(0, embed(sampler.candidates(0)));
    expect(pairs.numPairs).toBe(24);
    checkLabels(pairs);
    const hard = listOf(pairs).slice(0, 12);
    // Of a class the fourth image is the farthest from all, and the first from it; the fourth's nearest other is the next first.
    expect(
      hard.slice(0, 6).every((pair) => [7, 6, 5].includes(Math.abs(distanceOf(pairs, hard.indexOf(pair))))),
    ).toBe(true);
    for (let i = 6; i < 12; i++) expect(distanceOf(pairs, i)).toBeLessThanOrEqual(8);
  });

  it('change with the embeddings and the epoch, and not otherwise', () => {
    const draw = (epoch: number, at: (images: Int32Array) => Float32Array) => {
      const sampler = createHardPairSampler(options);
      return listOf(sampler.redraw(epoch, at(sampler.candidates(epoch))));
    };
    expect(draw(1, embed)).toEqual(draw(1, embed));
    expect(draw(2, embed)).not.toEqual(draw(1, embed));
    expect(draw(1, (images) => Float32Array.from(images, (image) => Math.sin(image)))).not.toEqual(
      draw(1, embed),
    );
  });

  it('give the batches of their epoch, also when they were drawn before a break', () => {
    const sampler = createHardPairSampler(options);
    expect(() => [...sampler.batches(0)]).toThrow(/have not been drawn/);
    const pairs = sampler.redraw(4, embed(sampler.candidates(4)));
    const batches = [...sampler.batches(4)];
    expect(batches).toHaveLength(sampler.numBatches);
    expect(batches.flatMap(listOf).sort()).toEqual(listOf(pairs).sort());
    const resumed = createHardPairSampler(options);
    resumed.restore(4, pairs);
    expect([...resumed.batches(4)]).toEqual(batches);
    expect(() => [...resumed.batches(5)]).toThrow(/pairs of epoch 5/);
  });

  it('come from some of the images where there are many, two of a class at least', () => {
    const labels = Int32Array.from({ length: 600 }, (_, i) => Math.floor(i / 3));
    const sampler = createHardPairSampler({ ...options, labels, maxCandidates: 50 });
    const candidates = sampler.candidates(0);
    expect(new Set(candidates).size).toBe(50);
    expect(new Set(Array.from(candidates, (image) => labels[image])).size).toBe(25);
    expect(sampler.candidates(1)).not.toEqual(candidates);
    const few = createHardPairSampler({
      ...options,
      labels: Int32Array.from(labels, (l) => l % 2),
      maxCandidates: 50,
    });
    expect(new Set(few.candidates(0)).size).toBe(50);
  });

  it('leave nothing hard at a share of 0', () => {
    const sampler = createHardPairSampler({ ...options, hardShare: 0 });
    checkLabels(sampler.redraw(0, embed(sampler.candidates(0))));
  });
});

describe('a curriculum', () => {
  const sampler = createCurriculumSampler({ ...options, numPairs: 40, numEpochs: 5 });
  const drawn = [0, 1, 2, 3, 4, 9].map((epoch) => sampler.redraw(epoch, embed(sampler.candidates(epoch))));

  it('goes from easy to hard: similar pairs farther apart, dissimilar ones nearer', () => {
    const far = drawn.map((pairs) => meanDistance(pairs, 1));
    const near = drawn.map((pairs) => meanDistance(pairs, 0));
    for (let i = 1; i < 5; i++) {
      expect(far[i]).toBeGreaterThan(far[i - 1]);
      expect(near[i]).toBeLessThan(near[i - 1]);
    }
    expect(far[5]).toBeGreaterThan(far[3]);
  });

  it('keeps pairs balanced and right', () => {
    for (const pairs of drawn) {
      checkLabels(pairs);
      expect([pairs.numPairs, pairs.similar.reduce((sum, value) => sum + value)]).toEqual([40, 20]);
    }
  });

  it('refuses embeddings that do not fit or are no numbers', () => {
    expect(() => sampler.redraw(0, new Float32Array(7))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
    expect(() => sampler.redraw(0, new Float32Array(20).fill(Number.NaN))).toThrow(
      expect.objectContaining({ code: 'E_NAN' }),
    );
  });
});

describe('pairs from an index', () => {
  const nearest = (image: number) =>
    Array.from(LABELS.keys()).sort(
      (a, b) => Math.abs(placeOf(a) - placeOf(image)) - Math.abs(placeOf(b) - placeOf(image)),
    );
  const all = Int32Array.from(LABELS.keys());

  it('set each image against its nearest neighbours of other classes', () => {
    const pairs = drawIndexedPairs(LABELS, all, {
      neighboursOf: (image) => nearest(image).slice(0, 9),
      negativesPerImage: 2,
      random: createRandom(1),
    });
    checkLabels(pairs);
    expect(pairs.similar.reduce((sum, value) => sum + value)).toBe(pairs.numPairs / 2);
    // Image 3 lies at 7: next to it of another class are 4 at 10 and 5 at 11.
    expect(listOf(pairs)).toContain('3 4 0');
    expect(listOf(pairs)).toContain('3 5 0');
  });

  it('are none for an image whose neighbours are all of its class, or not labelled', () => {
    const labels = LABELS.map((label) => (label === 1 ? -1 : label));
    const pairs = drawIndexedPairs(labels, all, {
      neighboursOf: (image) => nearest(image).slice(0, 4),
      random: createRandom(1),
    });
    expect(Array.from(pairs.left)).not.toContain(0);
    expect(Array.from(pairs.right).every((image) => labels[image] >= 0)).toBe(true);
  });
});

it.each([
  () => createHardPairSampler({ ...options, hardShare: 1.5 }),
  () => createHardPairSampler({ ...options, batchSize: 0 }),
  () => createCurriculumSampler({ ...options, numEpochs: 0 }),
  () =>
    drawIndexedPairs(LABELS, Int32Array.of(0), {
      neighboursOf: () => [],
      negativesPerImage: 0,
      random: createRandom(1),
    }),
])('refuses %s', (create) => {
  expect(create).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
