import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { identifyOpenSet } from './open-set.ts';

const line = (values: readonly number[]) => Float32Array.from(values);

describe('identifyOpenSet', () => {
  it('knows everybody and nobody where classes are points far apart', async () => {
    const labels = Array.from({ length: 40 }, (_, i) => Math.floor(i / 5));
    const result = await identifyOpenSet({
      embeddings: line(labels.map((label) => label * 10)),
      labels,
      threshold: 1,
      random: createRandom(1),
    });
    expect(result).toMatchObject({
      numGallery: 4,
      numKnownClasses: 4,
      numKnown: 16,
      numUnknown: 20,
      falsePositiveRate: { value: 0 },
      falseNegativeRate: { value: 0 },
      falseNegativeRateAt: { '.10': 0, '.01': null },
    });
  });

  it('agrees with plain loops over what was drawn', async () => {
    const random = createRandom(2);
    const labels = Array.from({ length: 60 }, (_, i) => i % 6);
    const values = labels.map((label) => label + 0.4 * random.normal());
    const options = { embeddings: line(values), labels, threshold: 0.3, imagesPerClass: 2 };
    const result = await identifyOpenSet({ ...options, random: createRandom(5) });
    // Every image is one of: gallery, known query, unknown query.
    expect([result.numGallery, result.numKnown, result.numUnknown]).toEqual([6, 24, 30]);
    // A threshold of nothing misses all and lets nobody in; one of everything lets all in.
    const none = await identifyOpenSet({ ...options, threshold: 0, random: createRandom(5) });
    expect([none.falsePositiveRate.value, none.falseNegativeRate.value]).toEqual([0, 1]);
    const all = await identifyOpenSet({ ...options, threshold: 1e9, random: createRandom(5) });
    expect(all.falsePositiveRate.value).toBe(1);
    expect(all.falseNegativeRate.value).toBeLessThan(result.falseNegativeRate.value!);
    // Loosening the threshold trades one kind of error for the other.
    expect(result.falseNegativeRateAt['.10']).toBeGreaterThanOrEqual(all.falseNegativeRate.value!);
  });

  it('is defined for one class, for single images and for nothing', async () => {
    for (const labels of [[0, 0, 0], [0, 1, 2], [-1, -1], []]) {
      const { falsePositiveRate, falseNegativeRate } = await identifyOpenSet({
        embeddings: line(labels.map((_, i) => i)),
        labels,
        threshold: 1,
        random: createRandom(3),
      });
      for (const rate of [falsePositiveRate, falseNegativeRate]) expect(rate.value).not.toBeNaN();
    }
  });
});
