import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.ts';
import { percentileInterval, wilson } from './interval.ts';

describe('wilson', () => {
  it('gives the published interval of 8 in 10 and of 0 in 20', () => {
    // Brown, Cai & DasGupta 2001 and any statistics package: [.4902, .9433] and [0, .1611].
    const most = wilson(8, 10);
    expect([most.value, most.low, most.high]).toBeAllClose([0.8, 0.490162, 0.943318], { rtol: 1e-5 });
    const none = wilson(0, 20);
    expect(none.low).toBe(0);
    expect([none.high!]).toBeAllClose([0.161125], { rtol: 1e-5 });
  });

  it('solves (p̂ − p)² = z²·p(1−p)/n at both ends', () => {
    for (const [successes, total] of [
      [1, 7],
      [49_900, 50_000],
      [3.5, 9.25],
    ]) {
      const share = successes / total;
      const { low, high } = wilson(successes, total);
      for (const end of [low!, high!]) {
        expect([(share - end) ** 2]).toBeAllClose([(1.959963984540054 ** 2 * end * (1 - end)) / total]);
      }
    }
  });

  it('is undefined without a trial', () => {
    expect(wilson(0, 0)).toEqual({ value: null, low: null, high: null });
  });

  it('holds its value at the ends', () => {
    expect(wilson(50, 50)).toMatchObject({ value: 1, high: 1 });
    expect(wilson(0, 50)).toMatchObject({ value: 0, low: 0 });
  });
});

describe('percentileInterval', () => {
  it('interpolates order statistics and leaves NaN out', () => {
    const samples = Float64Array.from({ length: 50 }, (_, i) => (i < 41 ? 40 - i : Number.NaN));
    expect(percentileInterval(20, samples)).toEqual({ value: 20, low: 1, high: 39 });
  });

  it('holds its value, and gives up where most resamples are undefined', () => {
    expect(percentileInterval(9, new Float64Array([1, 2, 3]))).toMatchObject({ value: 9, high: 9 });
    expect(percentileInterval(1, new Float64Array([1, Number.NaN, Number.NaN]))).toEqual({
      value: 1,
      low: null,
      high: null,
    });
    expect(percentileInterval(1, new Float64Array(0))).toEqual({ value: 1, low: null, high: null });
    expect(percentileInterval(null, new Float64Array([1]))).toEqual({ value: null, low: null, high: null });
  });
});

describe('bootstrap', () => {
  it('reaches as far as the normal approximation says', () => {
    const values = Float64Array.from({ length: 2000 }, (_, i) => ((i * 37) % 100) / 100);
    const mean = values.reduce((sum, value) => sum + value, 0) / 2000;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2000;
    const { value, low, high } = bootstrap(values, new Uint8Array(2000).fill(1), { numResamples: 4000 });
    const reach = 1.96 * Math.sqrt(variance / 2000);
    expect([value, low, high]).toBeAllClose([mean, mean - reach, mean + reach], { rtol: 3e-3 });
  });

  it('weighs units by what they count', () => {
    expect(bootstrap([9, 0], [9, 1]).value).toBe(0.9);
  });

  it('is the same for the same seed and another for another', () => {
    const values = Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const counts = values.map(() => 1);
    expect(bootstrap(values, counts, { seed: 5 })).toEqual(bootstrap(values, counts, { seed: 5 }));
    expect(bootstrap(values, counts, { seed: 5 })).not.toEqual(bootstrap(values, counts, { seed: 6 }));
  });

  it('has no interval for one unit and no value for none', () => {
    expect(bootstrap([3], [4])).toEqual({ value: 0.75, low: null, high: null });
    expect(bootstrap([], [])).toEqual({ value: null, low: null, high: null });
  });
});
