import { describe, expect, it } from 'vitest';
import { scalarsOf } from './tensorboard.ts';

const record = {
  epoch: 1,
  step: 10,
  loss: 0.5,
  rate: 0.001,
  diagnostics: { activeShare: 0.25 },
  validation: {
    accuracy: 0.9,
    threshold: 0.5,
    positiveDistance: 0.3,
    negativeDistance: 1.2,
    distanceQuantiles: { positive: [0.1, 0.2, 0.4] as const, negative: null },
    auc: null,
  },
  isBest: true,
  seconds: 3,
  imagesPerSecond: 1000,
};

describe('scalarsOf', () => {
  it('names what an epoch measured, quantiles one by one, and leaves out what it did not', () => {
    const values = new Map(
      scalarsOf(record).flatMap((item) => (item.kind === 'scalar' ? [[item.tag, item.value]] : [])),
    );
    expect(values.get('train/active_share')).toBe(0.25);
    expect(values.get('validation/distance_similar')).toBe(0.3);
    expect(['p10', 'p50', 'p90'].map((name) => values.get(`validation/distance_similar_${name}`))).toEqual([
      0.1, 0.2, 0.4,
    ]);
    expect([...values.keys()].filter((tag) => /distance_dissimilar_|auc/.test(tag))).toEqual([]);
  });
});
