import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { gradients } from '../gradients.ts';
import { multiply } from './multiply.ts';
import { reduceSum } from './reduce-sum.ts';
import { safeSqrt } from './safe-sqrt.ts';
import { input } from './source.ts';
import { stopGradient } from './stop-gradient.ts';

test('safeSqrt: roots above epsilon, a flat floor below', () =>
  checkOp({
    operands: [{ shape: [6], values: [4, 0.3, 0.24, 0, -1, 1e4] }],
    build: (x) => safeSqrt(x, 0.25),
    oracle: (x) => x.map((value) => Math.sqrt(Math.max(value, 0.25))),
  }));

test('safeSqrt: gradient 0, not infinite, at 0 and at epsilon itself', async () => {
  const x = input('x', 'float32', [3]);
  const [dx] = gradients(reduceSum(safeSqrt(x, 0.25)), [x]);
  const result = await runOnBoth({ dx }, { x: { tensor: x, values: [0, 0.25, 1] } });
  expect(result.dx).toEqual([0, 0, 0.5]);
});

test('stopGradient: the value passes, the gradient does not', async () => {
  const x = input('x', 'float32', [2]);
  const y = multiply(x, stopGradient(x));
  const [dx] = gradients(reduceSum(y), [x]);
  const result = await runOnBoth({ y, dx }, { x: { tensor: x, values: [3, -4] } });
  expect(result.y).toEqual([9, 16]);
  expect(result.dx).toEqual([3, -4]);
});
