import { test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { minimum } from './minimum.ts';

test('minimum: the smaller operand, a broadcast column, half the gradient at a tie', () =>
  checkOp({
    operands: [
      { shape: [2, 3], values: [1, -2, 3, 0.5, 5, -6] },
      { shape: [2, 1], values: [1, 0] },
    ],
    build: minimum,
    oracle: (a, b) => a.map((x, i) => Math.min(x, b[Math.floor(i / 3)])),
  }));

test('minimum: a number as operand', () =>
  checkOp({
    operands: [{ shape: [4], values: [-1, 0.25, 0.3, 7] }],
    build: (x) => minimum(0.25, x),
    oracle: (a) => a.map((x) => Math.min(x, 0.25)),
  }));
