import { expect, test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { input } from './source.ts';
import { where } from './where.ts';

test('where: three operands that broadcast, each branch with its gradient', () =>
  checkOp({
    operands: [
      { shape: [2, 1], values: [1, 0], dtype: 'bool' },
      { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
      { shape: [3], values: [-1, -2, -3] },
    ],
    build: where,
    oracle: (_, a, b) => [a[0], a[1], a[2], b[0], b[1], b[2]],
  }));

test('where: a number as branch', () =>
  checkOp({
    operands: [{ shape: [4], values: [1, 0, 0, 1], dtype: 'bool' }, { shape: [4] }],
    build: (condition, x) => where(condition, -1, x),
    oracle: (_, x) => [-1, x[1], x[2], -1],
  }));

test('where: a condition that is not bool is refused', () => {
  const x = input('x', 'float32', [2]);
  expect(() => where(x, x, x)).toThrow(expect.objectContaining({ code: 'E_DTYPE' }));
});
