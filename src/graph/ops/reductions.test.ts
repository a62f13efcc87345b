import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import { expand } from './expand.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';
import { input } from './source.ts';
import { sumTo } from './sum-to.ts';

test('reduceSum and reduceMean: rows, columns, everything', async () => {
  const operands = [{ shape: [2, 3], values: [1, 2, 3, 4, 5, 9] }];
  await checkOp({
    operands,
    build: (x) => reduceSum(x, [1]),
    oracle: ([a, b, c, d, e, f]) => [a + b + c, d + e + f],
  });
  await checkOp({
    operands,
    build: (x) => reduceMean(x, [-2], { keepDims: true }),
    oracle: ([a, b, c, d, e, f]) => [(a + d) / 2, (b + e) / 2, (c + f) / 2],
  });
  await checkOp({
    operands,
    build: (x) => reduceMean(x),
    oracle: ([a, b, c, d, e, f]) => [(a + b + c + d + e + f) / 6],
  });
});

test('reduceSum and reduceMean: any axes of a random tensor, kept or dropped', () =>
  fc.assert(
    fc.asyncProperty(
      fc.subarray([0, 1, 2], { minLength: 1 }),
      fc.boolean(),
      fc.boolean(),
      (axes, keepDims, isMean) =>
        checkOp({
          operands: [{ shape: [3, 2, 4] }],
          build: (x) => (isMean ? reduceMean : reduceSum)(x, axes, { keepDims }),
          oracle: (x) => {
            const cells = new Map<string, number[]>();
            x.forEach((value, i) => {
              const index = [Math.floor(i / 8), Math.floor(i / 4) % 2, i % 4];
              const key = String(index.filter((_, axis) => !axes.includes(axis)));
              cells.set(key, [...(cells.get(key) ?? []), value]);
            });
            return [...cells.values()].map(
              (values) => values.reduce((sum, value) => sum + value, 0) / (isMean ? values.length : 1),
            );
          },
        }),
    ),
    { numRuns: 8 },
  ));

test('reductions: no axis changes nothing, a missing axis is refused', () => {
  const x = input('x', 'float32', [2, 'N']);
  expect(reduceSum(x, [])).toBe(x);
  expect(reduceSum(x, [0]).shape).toEqual(['N']);
  expect(() => reduceMean(x, [2])).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});

test('expand: along an axis of 1 and along a new one', () =>
  checkOp({
    operands: [{ shape: [2, 1], values: [3, -4] }],
    build: (x) => expand(x, [2, 2, 3]),
    oracle: ([a, b]) => [a, a, a, b, b, b, a, a, a, b, b, b],
  }));

test('sumTo: undoes that', () =>
  checkOp({
    operands: [{ shape: [2, 2, 3] }],
    build: (x) => sumTo(x, [2, 1]),
    oracle: (x) => [x[0] + x[1] + x[2] + x[6] + x[7] + x[8], x[3] + x[4] + x[5] + x[9] + x[10] + x[11]],
  }));

test('reshape: keeps the order of the elements', () =>
  checkOp({
    operands: [{ shape: [2, 3] }],
    build: (x) => reshape(x, [3, -1, 1]),
    oracle: (x) => x,
  }));

test('reshape: works out −1, carries an open axis, refuses another number of elements', () => {
  expect(reshape(input('x', 'float32', [4, 6]), [3, -1]).shape).toEqual([3, 8]);
  expect(reshape(input('x', 'float32', ['N', 6]), [-1, 2, 3]).shape).toEqual(['N', 2, 3]);
  expect(reshape(input('x', 'float32', ['N', 2, 3]), ['N', -1]).shape).toEqual(['N', 6]);
  expect(() => reshape(input('x', 'float32', [4]), [3])).toThrow(
    expect.objectContaining({ code: 'E_SHAPE' }),
  );
});
