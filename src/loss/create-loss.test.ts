import { describe, expect, test } from 'vitest';
import { SamesameError } from '../base/errors.ts';
import { createComparator } from './comparators/create-comparator.ts';
import { createLoss, LOSS_NAMES } from './create-loss.ts';

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
  const forms = LOSS_NAMES.map((name) => Object.keys(createLoss(name)));
  expect(forms).toEqual([
    ['name', 'overBatch', 'overPairs'],
    ['name', 'overBatch'],
    ['name', 'overBatch'],
    ['name', 'overBatch'],
    ['name', 'overLogits'],
    ['name', 'overLogits'],
    ['name', 'overLogits'],
  ]);
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
