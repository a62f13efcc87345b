import { describe, expect, it } from 'vitest';
import { clopperPearson, incompleteBeta, logGamma, mcnemar } from './binomial.ts';

describe('clopperPearson', () => {
  // From scipy 1.17: scipy.stats.beta.ppf(.025, k, n − k + 1) and .ppf(.975, k + 1, n − k).
  it.each([
    [0, 100, 0, 0.03621669264517641],
    [3, 50, 0.01254858783533406, 0.16548194660377288],
    [10, 10, 0.6915028921812392, 1],
    [7, 1_000_000, 2.81436753430222e-6, 1.4422621834331028e-5],
    [2.5, 40.25, 0.01046814039029788, 0.18573375448265647],
  ])('of %d in %d is the quantiles of the beta distribution', (k, n, low, high) => {
    const interval = clopperPearson(k, n);
    expect([interval.value!, interval.low!, interval.high!]).toBeAllClose([k / n, low, high], {
      rtol: 1e-9,
    });
  });

  it('covers at least as often as it says, counted over every outcome', () => {
    for (const p of [0.01, 0.2, 0.5]) {
      const n = 30;
      let covered = 0;
      let mass = (1 - p) ** n;
      for (let k = 0; k <= n; k++) {
        const { low, high } = clopperPearson(k, n);
        if (low! <= p && p <= high!) covered += mass;
        mass *= ((n - k) / (k + 1)) * (p / (1 - p));
      }
      expect(covered).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('is undefined without a trial', () => {
    expect(clopperPearson(0, 0)).toEqual({ value: null, low: null, high: null });
  });
});

describe('mcnemar', () => {
  // From scipy 1.17: scipy.stats.binomtest(a, a + b).pvalue.
  it.each([
    [1, 9, 0.021484375],
    [9, 1, 0.021484375],
    [12, 28, 0.01658900337497471],
    [400, 600, 2.728464156065947e-10],
    [5, 5, 1],
    [0, 0, 1],
    [0, 1, 1],
  ])('of %d against %d', (a, b, p) => {
    expect([mcnemar(a, b)]).toBeAllClose([p], { rtol: 1e-9 });
  });
});

it('incompleteBeta and logGamma agree with scipy.special', () => {
  expect([incompleteBeta(0.3, 2.5, 3.5), incompleteBeta(0.41, 500, 700)]).toBeAllClose(
    [0.29675298929566646, 0.32067327266140055],
    { rtol: 1e-9 },
  );
  expect([logGamma(0.3), logGamma(123.4)]).toBeAllClose([1.0957979948180756, 469.3360974421906], {
    rtol: 1e-12,
  });
  expect(incompleteBeta(0, 1, 1)).toBe(0);
  expect(incompleteBeta(1, 1, 1)).toBe(1);
});
