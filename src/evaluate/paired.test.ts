import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { comparePaired } from './paired.ts';
import { verify } from './verify.ts';

describe('comparePaired', () => {
  it('agrees with an example by hand', () => {
    const similar = [1, 1, 1, 0, 0, 0];
    const first = { distances: [0.1, 0.2, 0.3, 0.7, 0.8, 0.9], threshold: 0.5 };
    const second = { distances: [1, 6, 7, 8, 2, 9], threshold: 5 };
    const result = comparePaired({ first, second, similar });
    expect(result).toMatchObject({ numPairs: 6, onlyFirstRight: 3, onlySecondRight: 0, pValue: 0.25 });
    expect(result.accuracyDifference.value).toBeCloseTo(0.5, 12);
    // The second one orders 7 of 9 pairs of pairs right: 2 comes before 6 and 7.
    expect(result.aucDifference.value).toBeCloseTo(1 - 7 / 9, 12);
  });

  it('has differences of what verify says of each', () => {
    const random = createRandom(4);
    const similar = Array.from({ length: 300 }, (_, i) => i % 2);
    const model = (noise: number) => ({
      distances: similar.map((y) => 1 - y + noise * random.normal()),
      threshold: 0.5,
    });
    const [first, second] = [model(0.4), model(0.8)];
    const groups = { left: similar.map((_, i) => i % 40), right: similar.map((_, i) => (i * 7) % 40) };
    const result = comparePaired({ first, second, similar, groups, seed: 1 });
    const [a, b] = [first, second].map((side) => verify({ ...side, similar, numResamples: 0 }));
    expect(result.accuracyDifference.value).toBeCloseTo(a.accuracy.value - b.accuracy.value, 12);
    expect(result.aucDifference.value).toBeCloseTo(a.auc.value! - b.auc.value!, 12);
    expect(result.aucDifference.low).toBeGreaterThan(0);
    expect(result.pValue).toBeLessThan(0.01);
  });

  it('finds no difference between a model and itself', () => {
    const side = { distances: [1, 2, 3, 4], threshold: 2.5 };
    expect(comparePaired({ first: side, second: side, similar: [1, 0, 1, 0] })).toMatchObject({
      pValue: 1,
      accuracyDifference: { value: 0, low: 0, high: 0 },
      aucDifference: { value: 0 },
    });
  });

  it('leaves the AUC open with one kind of pair', () => {
    const side = { distances: [1, 2], threshold: 1.5 };
    expect(comparePaired({ first: side, second: side, similar: [1, 1] }).aucDifference.value).toBeNull();
  });
});
