import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrateLogistic, probabilityOf } from './calibrate.ts';
import { brier, expectedCalibrationError, logLoss } from './probability-metrics.ts';

/** Plain loss with Platt's targets. */
function plattLoss(d: readonly number[], y: readonly number[], slope: number, intercept: number): number {
  const positive = y.filter((label) => label === 1).length;
  const negative = y.length - positive;
  let loss = 0;
  for (let i = 0; i < d.length; i++) {
    const target = y[i] === 1 ? (positive + 1) / (positive + 2) : 1 / (negative + 2);
    const p = 1 / (1 + Math.exp(slope * d[i] + intercept));
    loss -= target * Math.log(p) + (1 - target) * Math.log(1 - p);
  }
  return loss;
}

describe('calibrateLogistic', () => {
  it('stands at the minimum of the loss: every small step raises it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), {
          minLength: 4,
          maxLength: 40,
        }),
        fc.constantFrom(0.01, 1, 50),
        (drawn, scale) => {
          const d = drawn.map(([x]) => (x / 10) * scale);
          const y = drawn.map(([, label]) => label);
          fc.pre(new Set(d).size > 1 && y.includes(0) && y.includes(1));
          const { slope, intercept } = calibrateLogistic(d, y);
          const here = plattLoss(d, y, slope, intercept);
          for (const [a, b] of [
            [0.01, 0],
            [-0.01, 0],
            [0, 0.01],
            [0, -0.01],
            [0.01, 0.01 * scale],
            [0.01, -0.01 * scale],
          ]) {
            expect(plattLoss(d, y, slope + a / scale, intercept + b)).toBeGreaterThanOrEqual(here - 1e-12);
          }
        },
      ),
    );
  });

  it('finds the curve that labels were drawn from', () => {
    const d: number[] = [];
    const y: number[] = [];
    for (let step = 0; step <= 200; step++) {
      const distance = step / 100;
      const p = 1 / (1 + Math.exp(6 * distance - 5));
      for (let i = 0; i < 1000; i++) {
        d.push(distance);
        y.push(i < Math.round(p * 1000) ? 1 : 0);
      }
    }
    const { slope, intercept } = calibrateLogistic(d, y);
    expect([slope, intercept]).toBeAllClose([6, -5], { rtol: 5e-3 });
  });

  it('stays finite and steep on pairs that a threshold separates', () => {
    const calibration = calibrateLogistic([0, 0.1, 0.2, 0.8, 0.9, 1], [1, 1, 1, 0, 0, 0]);
    expect(calibration.slope).toBeGreaterThan(0);
    expect(Number.isFinite(calibration.slope)).toBe(true);
    expect(probabilityOf(0.5, calibration)).toBeCloseTo(0.5, 6);
    expect(probabilityOf(0, calibration)).toBeGreaterThan(0.7);
  });

  it.each([
    ['equal distances', [2, 2, 2, 2], [1, 1, 1, 0], 4 / 6],
    ['no dissimilar pair', [1, 2, 3], [1, 1, 1], 4 / 5],
    ['no similar pair', [1, 2, 3], [0, 0, 0], 1 / 5],
  ])('gives the smoothed share with %s', (_, distances, similar, share) => {
    const calibration = calibrateLogistic(distances, similar);
    expect(calibration.slope).toBe(0);
    expect(probabilityOf(17, calibration)).toBeCloseTo(share, 12);
  });

  it('leans the other way where similar pairs lie farther apart', () => {
    expect(calibrateLogistic([0, 1, 2, 3], [0, 0, 1, 1]).slope).toBeLessThan(0);
  });

  it('gives probabilities at any distance', () => {
    const steep = { slope: 1e3, intercept: 0 };
    expect(probabilityOf(1e6, steep)).toBe(0);
    expect(probabilityOf(-1e6, steep)).toBe(1);
  });

  it('refuses NaN', () => {
    expect(() => calibrateLogistic([Number.NaN], [1])).toThrow(expect.objectContaining({ code: 'E_NAN' }));
  });
});

describe('probability metrics', () => {
  it('agree with numbers worked by hand', () => {
    const p = [0.9, 0.6, 0.2, 0.95];
    const y = [1, 0, 0, 1];
    expect(brier(p, y)).toBeCloseTo((0.01 + 0.36 + 0.04 + 0.0025) / 4, 12);
    expect(logLoss(p, y)).toBeCloseTo(
      -(Math.log(0.9) + Math.log(0.4) + Math.log(0.8) + Math.log(0.95)) / 4,
      12,
    );
    // Ten bins: .9 and .95 share one (excess −.15 in sum), .6 and .2 stand alone.
    expect(expectedCalibrationError(p, y, 10)).toBeCloseTo((0.15 + 0.6 + 0.2) / 4, 12);
  });

  it('are finite at certain mistakes and zero at certain truths', () => {
    expect(Number.isFinite(logLoss([0, 1], [1, 0]))).toBe(true);
    expect(brier([0, 1], [0, 1])).toBe(0);
    expect(expectedCalibrationError([0, 1], [0, 1])).toBe(0);
    expect(() => brier([], [])).toThrow(expect.objectContaining({ code: 'E_DATA_EMPTY' }));
  });
});
