import { test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { maximum } from './maximum.ts';

test('maximum: the larger operand, a broadcast row, half the gradient at a tie', () =>
  checkOp({
    operands: [
      { shape: [2, 3], values: [1, -2, 3, 0.5, 5, -6] },
      { shape: [3], values: [1, 0, -1] },
    ],
    build: maximum,
    oracle: (a, b) => a.map((x, i) => Math.max(x, b[i % 3])),
  }));

test('maximum: a number as operand', () =>
  checkOp({
    operands: [{ shape: [5], values: [-1, 0.2, 0.25, 0.3, 9] }],
    build: (x) => maximum(x, 0.25),
    oracle: ([a, b, c, d, e]) => [a, b, c, d, e].map((x) => Math.max(x, 0.25)),
  }));

test('maximum: random operands that both broadcast', () =>
  checkOp({
    operands: [{ shape: [3, 1, 4] }, { shape: [5, 1] }],
    build: maximum,
    oracle: (a, b) =>
      Array.from({ length: 60 }, (_, i) => {
        const [x, y] = [a[Math.floor(i / 20) * 4 + (i % 4)], b[Math.floor(i / 4) % 5]];
        return Math.max(x, y);
      }),
  }));
