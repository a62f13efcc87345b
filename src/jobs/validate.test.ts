import { describe, expect, it } from 'vitest';
import '../../test/matchers.ts';
import { createRandom } from '../base/random.ts';
import { validationOf } from './validate.ts';

/** All pairs against all pairs, and every distance as a threshold. */
function validateByHand(distances: Float32Array, similar: Float32Array, threshold: number) {
  const pairs = Array.from(distances, (distance, i) => ({ distance, isSimilar: similar[i] > 0.5 }));
  const same = pairs.filter(({ isSimilar }) => isSimilar);
  const different = pairs.filter(({ isSimilar }) => !isSimilar);
  const rates = (isCalled: (distance: number) => boolean) => {
    const called = pairs.filter(({ distance }) => isCalled(distance));
    const numRight = called.filter(({ isSimilar }) => isSimilar).length;
    return { precision: numRight / called.length, recall: numRight / same.length };
  };
  const recallAt = (precision: number) => {
    const cuts = pairs.map(({ distance: cut }) => rates((distance) => distance <= cut));
    return Math.max(0, ...cuts.filter((cut) => cut.precision >= precision).map(({ recall }) => recall));
  };
  let ordered = 0;
  for (const a of same) {
    for (const b of different) ordered += a.distance < b.distance ? 1 : a.distance === b.distance ? 0.5 : 0;
  }
  const mean = (some: typeof pairs) => some.reduce((sum, { distance }) => sum + distance, 0) / some.length;
  const numRight = pairs.filter(({ distance, isSimilar }) => distance < threshold === isSimilar).length;
  const { precision, recall } = rates((distance) => distance < threshold);
  return [
    numRight / pairs.length,
    precision,
    recall,
    ordered / (same.length * different.length),
    recallAt(0.8),
    recallAt(0.9),
    recallAt(0.95),
    mean(same),
    mean(different),
  ];
}

describe('validationOf', () => {
  it.each([1, 2, 3, 4])('measures what plain loops do, draw %i', (draw) => {
    const random = createRandom(`validate ${draw}`);
    const similar = Float32Array.from({ length: 120 }, () => [0, 1, 0.3, 0.8][random.integer(4)]);
    // Coarse, so that there are ties.
    const distances = similar.map((value) => Math.round(12 * (1.2 - value + 0.4 * random.normal())) / 12);
    const threshold = 0.3 + 0.2 * draw;
    const found = validationOf(distances, similar, threshold);
    const { recallAtPrecision: at } = found;
    expect(
      [
        found.accuracy,
        found.precision,
        found.recall,
        found.auc,
        at?.['.80'],
        at?.['.90'],
        at?.['.95'],
        found.positiveDistance,
        found.negativeDistance,
      ].map(Number),
    ).toBeAllClose(validateByHand(distances, similar, threshold), { rtol: 1e-12 });
  });

  it.each([
    ['no dissimilar pair', [1, 1], { accuracy: 1, precision: 1, recall: 1, auc: null, negativeDistance: 0 }],
    [
      'no similar pair',
      [0, 0],
      { accuracy: 1, precision: null, recall: null, auc: null, positiveDistance: 0 },
    ],
  ])('leaves undefined what %s leaves so', (_name, similar, expected) => {
    const found = validationOf(Float32Array.of(0.25, 0.75), Float32Array.from(similar), similar[0]);
    expect(found).toMatchObject(expected);
    // It travels through JSON, which has no NaN.
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it('has numbers where all points have fallen together', () => {
    expect(validationOf(new Float32Array(4), Float32Array.of(1, 0, 1, 0), 0.5)).toMatchObject({
      accuracy: 0.5,
      auc: 0.5,
      recallAtPrecision: { '.80': 0, '.90': 0, '.95': 0 },
    });
  });
});
