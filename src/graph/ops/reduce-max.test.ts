import fc from 'fast-check';
import { test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMin } from './reduce-min.ts';

test('reduceMax and reduceMin: hand-worked rows, ties share the gradient', async () => {
  const operands = [{ shape: [3, 4], values: [1, 7, 7, 2, -5, -5, -5, -5, 0, 0, -1, 3] }];
  // A central difference of max at an m-fold tie gives every tied element 1/2, so the tied rows are held to the mean
  // over the tied elements instead.
  await checkOp({
    operands,
    build: (x) => reduceMax(x, [1]),
    oracle: (x) => [(x[1] + x[2]) / 2, (x[4] + x[5] + x[6] + x[7]) / 4, x[11]],
  });
  await checkOp({
    operands,
    build: (x) => reduceMin(x, [-1]),
    oracle: (x) => [x[0], (x[4] + x[5] + x[6] + x[7]) / 4, x[10]],
  });
});

test('reduceMax and reduceMin: any axes of a random tensor, kept or dropped', () =>
  fc.assert(
    fc.asyncProperty(
      fc.subarray([0, 1, 2], { minLength: 1 }),
      fc.boolean(),
      fc.boolean(),
      (axes, keepDims, isMax) =>
        checkOp({
          operands: [{ shape: [3, 2, 4] }],
          build: (x) => (isMax ? reduceMax : reduceMin)(x, axes, { keepDims }),
          oracle: (x) => {
            const best = new Map<string, number>();
            x.forEach((value, i) => {
              const index = [Math.floor(i / 8), Math.floor(i / 4) % 2, i % 4];
              const key = String(index.filter((_, axis) => !axes.includes(axis)));
              const former = best.get(key);
              if (former === undefined || (isMax ? value > former : value < former)) best.set(key, value);
            });
            return [...best.values()];
          },
        }),
    ),
    { numRuns: 8 },
  ));
