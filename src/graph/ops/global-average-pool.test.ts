import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { globalMaxPool } from './global-max-pool.ts';
import { input } from './source.ts';

test('globalAveragePool: the mean of each channel', () =>
  checkOp({
    operands: [{ shape: [2, 3, 4, 5] }],
    build: globalAveragePool,
    oracle: (x) =>
      Array.from({ length: 6 }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < 20; i++) sum += x[c * 20 + i];
        return sum / 20;
      }),
  }));

test('globalMaxPool: the maximum of each channel; a channel of equal elements shares the gradient', () =>
  checkOp({
    operands: [{ shape: [1, 2, 2, 2], values: [1, 9, -3, 2, 5, 5, 5, 5] }],
    build: globalMaxPool,
    oracle: (x) => [x[1], (x[4] + x[5] + x[6] + x[7]) / 4],
  }));

test('global pools: an open batch', async () => {
  const x = input('x', 'float32', ['N', 1, 2, 2]);
  const pooled = { mean: globalAveragePool(x), max: globalMaxPool(x) };
  expect(pooled.mean.shape).toEqual(['N', 1]);
  const fed = { dtype: 'float32', shape: [2, 1, 2, 2], node: x.node } as const;
  const { mean, max } = await runOnBoth(pooled, { x: { tensor: fed, values: [1, 2, 3, 6, 0, 0, 0, -1] } });
  expect(mean).toEqual([3, -0.25]);
  expect(max).toEqual([6, 0]);
});

test('global pools: anything but an image batch is refused', () => {
  const x = input('x', 'float32', [2, 3]);
  expect(() => globalAveragePool(x)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});
