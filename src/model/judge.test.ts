import { describe, expect, it } from 'vitest';
import { modelConfigSchema } from './config.ts';
import { judge } from './judge.ts';

const plain = { threshold: 0.6, calibration: { slope: 8, intercept: -5, prior: 0.5 } };
const answers = {
  curve: { kind: 'isotonic' as const, distances: [0, 1], probabilities: [0.9, 0.1] },
  fittedPrior: 0.5,
  prior: 0.2,
  cuts: {
    same: 0.3,
    different: 0.7,
    maxError: 0.02,
    unit: 'image' as const,
    numSimilar: 100,
    numDissimilar: 100,
  },
  quality: { ece: 0, numBins: 15, brier: 0, logLoss: 0 },
  data: { name: 'd', fingerprint: 'f', numImages: 9, numPairs: 8, numSimilar: 4 },
};

describe('judge', () => {
  it('answers by the threshold and the logistic curve without a calibration', () => {
    const { verdict, probability, prior, because } = judge(0.5, plain);
    expect([verdict, prior, because]).toEqual(['same', 0.5, undefined]);
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(8 * 0.5 - 5)), 12);
  });

  it('answers by the two cuts and the calibrated curve where there are some', () => {
    const model = { ...plain, answers };
    expect([0.29, 0.3, 0.5, 0.7, 0.71].map((distance) => judge(distance, model).verdict)).toEqual([
      'same',
      'unsure',
      'unsure',
      'unsure',
      'different',
    ]);
    expect(judge(0.5, model).because).toBe(
      'at distances from 0.300 to 0.700 either answer would be wrong more often than in 2 % of pairs',
    );
    // Even odds among balanced pairs are 1 to 4 where a fifth is similar.
    expect(judge(0.5, model)).toMatchObject({ prior: 0.2, probability: expect.closeTo(0.2, 12) });
    expect(judge(0.5, model, { prior: 0.5 }).probability).toBeCloseTo(0.5, 12);
    expect(judge(0.29, model, { prior: 1e-9 }).verdict).toBe('same');
  });

  it('says which answer is never given for want of pairs', () => {
    const cuts = { ...answers.cuts, same: null };
    const model = { ...plain, answers: { ...answers, cuts } };
    expect(judge(0.1, model)).toMatchObject({
      verdict: 'unsure',
      because: expect.stringContaining('to ever say same with at most 2 % errors'),
    });
    expect(judge(0.9, model).verdict).toBe('different');
  });

  it('gives the old probability of a model that does not know its prior, and refuses to move it', () => {
    const old = { ...plain, calibration: { slope: 8, intercept: -5 } };
    expect(judge(0.5, old)).toMatchObject({ prior: undefined, verdict: 'same' });
    expect(() => judge(0.5, old, { prior: 0.1 })).toThrow(/samesame calibrate/);
  });

  it.each([0, 1, -0.5, 2, Number.NaN])('refuses a prior of %d', (prior) => {
    expect(() => judge(0.5, plain, { prior })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});

describe('the schema of answers', () => {
  const { answers: schema } = modelConfigSchema.shape;
  const accepts = (value: unknown) => schema.safeParse(value).success;

  it('takes what calibrate writes and nothing that rises', () => {
    expect(accepts(answers)).toBe(true);
    expect(accepts(undefined)).toBe(true);
    expect(accepts({ ...answers, curve: { kind: 'logistic', slope: 3, intercept: -1 } })).toBe(true);
    for (const curve of [
      { kind: 'logistic', slope: -3, intercept: -1 },
      { kind: 'isotonic', distances: [0, 1], probabilities: [0.1, 0.9] },
      { kind: 'isotonic', distances: [1, 0], probabilities: [0.9, 0.1] },
      { kind: 'isotonic', distances: [1], probabilities: [0.9, 0.1] },
    ]) {
      expect(accepts({ ...answers, curve })).toBe(false);
    }
    expect(accepts({ ...answers, prior: 0 })).toBe(false);
    expect(accepts({ ...answers, extra: 1 })).toBe(false);
  });
});
