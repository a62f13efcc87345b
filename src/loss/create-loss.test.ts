import { describe, expect, test } from 'vitest';
import { SamesameError } from '../base/errors.ts';
import { createComparator } from './comparators/create-comparator.ts';
import { createLoss, LOSS_NAMES, PAIR_LOSS_NAMES } from './create-loss.ts';

/** The suggestion of the E_CONFIG that `action` throws. */
function suggestionOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SamesameError);
    expect((error as SamesameError).code).toBe('E_CONFIG');
    return (error as SamesameError).details.suggestion;
  }
  throw new Error('it did not throw');
}

test('each loss has the forms that it can be fed in', () => {
  const formsOf = (name: string) => {
    const { overBatch, against, overPairs, overLogits } = createLoss(name);
    const forms = Object.entries({ overBatch, against, overPairs, overLogits });
    return forms.flatMap(([form, loss]) => (loss === undefined ? [] : [form]));
  };
  const forms = LOSS_NAMES.map((name) => [name, ...formsOf(name)].join(' '));
  expect(forms).toEqual([
    'contrastive overBatch against overPairs',
    'triplet overBatch',
    'auto overBatch',
    'prototypical overBatch',
    'supervised-contrastive overBatch',
    'nt-xent overBatch against',
    'n-pairs overBatch',
    'lifted-structure overBatch against',
    'angular overBatch',
    'multi-similarity overBatch against',
    'circle overBatch against',
    'tuplet-margin overBatch against',
    'fast-ap overBatch',
    'smooth-ap overBatch',
    'vicreg overBatch overPairs',
    'proxy-nca overBatch',
    'proxy-nca++ overBatch',
    'proxy-anchor overBatch',
    'soft-triple overBatch',
    'arcface overBatch',
    'sub-center-arcface overBatch',
    'cosface overBatch',
    'sphereface overBatch',
    'large-margin-softmax overBatch',
    'info-nce overPairs',
    'cosent overPairs',
    'cosine-mean-squared-error overPairs',
    'binary-cross-entropy overLogits',
    'focal overLogits',
    'mean-squared-error overLogits',
    'threshold-consistent-margin overBatch',
    'cross-batch-memory overBatch',
  ]);
  expect(PAIR_LOSS_NAMES.flatMap(formsOf)).not.toContain('overBatch');
});

test('a loss that is part of another gets its own options', () => {
  const create = (options: object) => createLoss('cross-batch-memory', options);
  expect(create({ base: 'circle', baseOptions: { margin: 0.3 }, size: 9 }).by).toBe('angle');
  expect(() => create({ base: 'circle', baseOptions: { margin: 3 } })).toThrow(/circle: margin/);
  expect(() => create({ base: 'triplet' })).toThrow(/a base among contrastive, nt-xent, .*circle/);
  expect(() => createLoss('threshold-consistent-margin', { base: 'focal' })).toThrow(
    /cannot be built on focal/,
  );
  expect(suggestionOf(() => create({ base: 'circel' }))).toBe('circle');
});

test('mining is a name, or an object with a name and options', () => {
  createLoss('triplet', { mining: { name: 'triplet-margin', kind: 'hard' } });
  createLoss('circle', { mining: 'batch-hard', reducer: 'sum' });
  expect(suggestionOf(() => createLoss('triplet', { mining: 'batch-hrd' }))).toBe('batch-hard');
  expect(suggestionOf(() => createLoss('triplet', { mining: { name: 'angular', angle: 3 } }))).toBe(
    'angleDegrees',
  );
  expect(() => createLoss('triplet', { mining: 7 })).toThrow(/neither a name nor/);
});

test('options reach the loss', () => {
  expect(createLoss('triplet', { mining: 'semi-hard', squared: true }).name).toBe('triplet');
  expect(() => createLoss('focal', { gamma: -2 })).toThrow(/focal: gamma/);
  expect(() => createLoss('contrastive', { margin: 0 })).toThrow(/contrastive: margin/);
});

describe('unknown names are refused, with the nearest known one', () => {
  test.each([
    ['contrastve', 'contrastive'],
    ['Triplet', 'triplet'],
    ['triplets', 'triplet'],
    ['cross-entropy', 'binary-cross-entropy'],
    ['mse', undefined],
    ['arc-face', 'arcface'],
    ['multisimilarity', 'multi-similarity'],
    ['toString', undefined],
    ['', undefined],
  ])('loss "%s"', (name, nearest) => expect(suggestionOf(() => createLoss(name))).toBe(nearest));

  test('an option', () => {
    expect(suggestionOf(() => createLoss('triplet', { minning: 'batch-all' } as object))).toBe('mining');
    expect(suggestionOf(() => createLoss('contrastive', { gamma: 2 }))).toBeUndefined();
    expect(() => createLoss('mean-squared-error', { margin: 1 })).toThrow(/expected: no options/);
  });

  test('a comparator and its options', () => {
    expect(suggestionOf(() => createComparator('concatenate'))).toBe('concat');
    expect(() => createComparator('concat', { hidden: 3 })).toThrow(/concat has no option hidden/);
    expect(createComparator('absolute-difference', { hidden: 3 }).name).toBe('absolute-difference');
  });
});

test.each([
  ['contrastive', 'balanced'],
  ['contrastive', 'squared'],
  ['contrastive', 'half'],
  ['triplet', 'soft'],
  ['triplet', 'squared'],
  ['lifted-structure', 'pairwise'],
  ['smooth-ap', 'countsItself'],
  ['info-nce', 'bothWays'],
])('%s: "no" is no answer to %s', (name, option) => {
  expect(() => createLoss(name, { [option]: 'no' })).toThrow(
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(`${name}: ${option}`) }),
  );
});
