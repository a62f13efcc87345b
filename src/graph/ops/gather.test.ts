import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { gather } from './gather.ts';
import { oneHot } from './one-hot.ts';
import { input } from './source.ts';

test('gather: rows of a matrix, one of them twice, one never', () =>
  checkOp({
    operands: [{ shape: [3, 2] }, { shape: [4], values: [2, 0, 2, 2], dtype: 'int64' }],
    build: (x, indices) => gather(x, indices),
    oracle: (x) => [x[4], x[5], x[0], x[1], x[4], x[5], x[4], x[5]],
  }));

test('gather: any axis, indices of two axes', () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 }), fc.constantFrom('int32', 'int64'), (axis, dtype) => {
      const shape = [3, 2, 4];
      const indices = [1, 0, 1, 0, 0, 1];
      return checkOp({
        operands: [{ shape }, { shape: [2, 3], values: indices, dtype }],
        build: (x, at) => gather(x, at, axis),
        oracle: (x) => {
          const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
          const result: number[] = [];
          for (let outer = 0; outer < x.length; outer += inner * shape[axis]) {
            for (const index of indices)
              result.push(...x.slice(outer + index * inner, outer + (index + 1) * inner));
          }
          return result;
        },
      });
    }),
    { numRuns: 6 },
  ));

test('oneHot: rows, and zeros for an index that is out of range', async () => {
  for (const dtype of ['int32', 'int64'] as const) {
    await checkOp({
      operands: [{ shape: [2, 2], values: [0, 2, -1, 3], dtype }],
      build: (indices) => oneHot(indices, 3),
      oracle: () => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
      valuesOnly: true,
    });
  }
});

test('gather and oneHot: an open number of indices', async () => {
  const indices = input('indices', 'int64', ['N']);
  const x = input('x', 'float32', [2, 2]);
  const rows = gather(x, indices);
  expect(rows.shape).toEqual(['N', 2]);
  const result = await runOnBoth(
    { rows, hot: oneHot(indices, 2) },
    {
      indices: { tensor: { ...indices, shape: [3] }, values: [1, 0, 1] },
      x: { tensor: x, values: [1, 2, 3, 4] },
    },
  );
  expect(result.rows).toEqual([3, 4, 1, 2, 3, 4]);
  expect(result.hot).toEqual([0, 1, 1, 0, 0, 1]);
});

test('gather and oneHot: indices that are not whole numbers are refused', () => {
  const x = input('x', 'float32', [2]);
  expect(() => gather(x, x)).toThrow(expect.objectContaining({ code: 'E_DTYPE' }));
  expect(() => oneHot(x, 2)).toThrow(expect.objectContaining({ code: 'E_DTYPE' }));
  expect(() => oneHot(input('i', 'int32', [2]), 0)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
