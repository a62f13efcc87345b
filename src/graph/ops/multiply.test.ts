import fc from 'fast-check';
import { test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { multiply } from './multiply.ts';

test('multiply: hand-worked numbers and a broadcast row', () =>
  checkOp({
    operands: [
      { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
      { shape: [3], values: [10, 0, -1] },
    ],
    build: multiply,
    oracle: (a, b) => [a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[0], a[4] * b[1], a[5] * b[2]],
  }));

test('multiply: any pair of shapes that broadcasts along the middle axis', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      (n, c, w) =>
        checkOp({
          operands: [{ shape: [n, c, w] }, { shape: [n, 1, w] }],
          build: multiply,
          oracle: (a, b) => a.map((x, i) => x * b[Math.floor(i / (c * w)) * w + (i % w)]),
          seed: n * 100 + c * 10 + w,
        }),
    ),
    { numRuns: 8 },
  ));
