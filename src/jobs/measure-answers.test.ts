import { describe, expect, it } from 'vitest';
import { measureAnswers } from './measure-answers.ts';

const calibration = { slope: 0, intercept: 0, prior: 0.5 };
const cuts = {
  same: 2,
  different: 5,
  maxError: 0.1,
  unit: 'image' as const,
  numSimilar: 9,
  numDissimilar: 9,
};
const answers = {
  curve: { kind: 'isotonic' as const, distances: [0, 10], probabilities: [0.8, 0.2] },
  fittedPrior: 0.5,
  prior: 0.5,
  cuts,
  quality: { ece: 0, numBins: 1, brier: 0, logLoss: 0 },
  data: { name: 'd', fingerprint: 'f', numImages: 9, numPairs: 8, numSimilar: 4 },
};
// Similar: same, same, unsure, different. Dissimilar: same, unsure, different, different.
const distances = [1, 1.5, 3, 6, 1, 4, 6, 7];
const similar = [1, 1, 1, 1, 0, 0, 0, 0];
const input = { distances, similar, numImages: 16, config: { threshold: 3.5, calibration, answers } };

describe('measureAnswers', () => {
  it('counts answers, worked by hand', () => {
    const { threeWay, falseMatchRate, prior } = measureAnswers(input)!;
    expect(prior).toBe(0.5);
    expect(threeWay).toMatchObject({
      maxError: 0.1,
      wrongSame: { value: 0.25 },
      wrongDifferent: { value: 0.25 },
      coverage: 0.75,
      coverageSimilar: 0.75,
      coverageDissimilar: 0.75,
    });
    expect(falseMatchRate.value).toBe(0.25);
  });

  it('says what to expect at another prior, worked by hand', () => {
    const { elsewhere } = measureAnswers({ ...input, prior: 0.1 })!;
    // Of 100 pairs 10 are similar: 5 called the same, 2.5 different; of 90 others 22.5 the same, 45 different.
    expect(elsewhere!.precisionSame).toBeCloseTo(5 / 27.5, 12);
    expect(elsewhere!.precisionDifferent).toBeCloseTo(45 / 47.5, 12);
    expect(elsewhere!.coverage).toBeCloseTo(0.75, 12);
    const p = (d: number) => {
      const balanced = 0.8 - 0.06 * d;
      return (0.1 * balanced) / (0.1 * balanced + 0.9 * (1 - balanced));
    };
    const squares = distances.map((d, i) => (p(d) - similar[i]) ** 2);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(elsewhere!.brier).toBeCloseTo(0.1 * mean(squares.slice(0, 4)) + 0.9 * mean(squares.slice(4)), 12);
  });

  it('is wider where few images stand behind many pairs', () => {
    const widthOf = (numImages: number) => {
      const { high, low } = measureAnswers({ ...input, numImages })!.threeWay!.wrongSame;
      return high! - low!;
    };
    expect(widthOf(4)).toBeGreaterThan(widthOf(16));
  });

  it('has no three answers without a calibration, and nothing with one kind of pair', () => {
    const plain = measureAnswers({ ...input, config: { threshold: 3.5, calibration } });
    expect(plain!.threeWay).toBeNull();
    expect(plain!.elsewhere).toBeNull();
    expect(measureAnswers({ ...input, similar: similar.map(() => 1) })).toBeUndefined();
  });
});
