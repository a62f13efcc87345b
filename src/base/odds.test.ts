import { describe, expect, it } from 'vitest';
import { probabilityAt, withPrior } from './odds.ts';

describe('withPrior', () => {
  it('agrees with a count of pairs, worked by hand', () => {
    // Of 1,000 balanced pairs at this distance 900 are similar. Among 1 % similar pairs the same distance is met by
    // 0.9 · 2 · 1 similar pairs for every 0.1 · 2 · 99 dissimilar ones.
    expect(withPrior(0.9, 0.5, 0.01)).toBeCloseTo(0.9 / (0.9 + 0.1 * 99), 12);
    expect(withPrior(0.5, 0.5, 0.2)).toBeCloseTo(0.2, 12);
    expect(withPrior(withPrior(0.3, 0.4, 0.01), 0.01, 0.4)).toBeCloseTo(0.3, 12);
  });

  it('keeps certainty and the same prior as they are', () => {
    expect(withPrior(0, 0.5, 0.9)).toBe(0);
    expect(withPrior(1, 0.5, 0.1)).toBe(1);
    expect(withPrior(0.123, 0.3, 0.3)).toBe(0.123);
  });
});

describe('probabilityAt', () => {
  const curve = { kind: 'isotonic', distances: [1, 2, 4], probabilities: [0.9, 0.9, 0.1] } as const;

  it('is straight between knots and level outside', () => {
    expect([0, 1, 1.5, 2, 3, 4, 9].map((d) => probabilityAt(d, curve))).toBeAllClose(
      [0.9, 0.9, 0.9, 0.9, 0.5, 0.1, 0.1],
      { rtol: 1e-12 },
    );
  });

  it('knows a curve of one knot', () => {
    expect(probabilityAt(7, { kind: 'isotonic', distances: [3], probabilities: [0.4] })).toBe(0.4);
  });

  it('never overflows', () => {
    expect(probabilityAt(1e9, { kind: 'logistic', slope: 1e9, intercept: 0 })).toBe(0);
    expect(probabilityAt(-1e9, { kind: 'logistic', slope: 1e9, intercept: 0 })).toBe(1);
  });
});
