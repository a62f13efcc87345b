import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { gradients } from '../gradients.ts';
import { l2Normalize } from './l2-normalize.ts';
import { reduceSum } from './reduce-sum.ts';
import { input } from './source.ts';

function normalizeRows(x: Float64Array, width: number, epsilon: number): Float64Array {
  return x.map((value, i) => {
    const start = i - (i % width);
    let sum = 0;
    for (let j = start; j < start + width; j++) sum += x[j] ** 2;
    return value / Math.sqrt(Math.max(sum, epsilon));
  });
}

test('l2Normalize: 3-4-5, and random rows', async () => {
  await checkOp({
    operands: [{ shape: [1, 2], values: [3, 4] }],
    build: (x) => l2Normalize(x),
    oracle: ([a, b]) => [a / Math.sqrt(a * a + b * b), b / Math.sqrt(a * a + b * b)],
  });
  await checkOp({
    operands: [{ shape: [4, 6] }],
    build: (x) => l2Normalize(x),
    oracle: (x) => normalizeRows(x, 6, 0),
  });
});

test('l2Normalize: another axis', () =>
  checkOp({
    operands: [{ shape: [2, 3, 2] }],
    build: (x) => l2Normalize(x, 1),
    oracle: (x) =>
      x.map((value, i) => {
        const first = Math.floor(i / 6) * 6 + (i % 2);
        return value / Math.hypot(x[first], x[first + 2], x[first + 4]);
      }),
  }));

test('l2Normalize: a row shorter than the root of epsilon is divided by that root, zeros stay zeros', () =>
  checkOp({
    operands: [{ shape: [3, 2], values: [0.1, -0.2, 0, 0, 3, 1] }],
    build: (x) => l2Normalize(x, -1, 0.25),
    oracle: (x) => normalizeRows(x, 2, 0.25),
  }));

test('l2Normalize: value and gradient at zero are finite with the default epsilon', async () => {
  const x = input('x', 'float32', [1, 3]);
  const y = l2Normalize(x);
  const [dx] = gradients(reduceSum(y), [x]);
  const result = await runOnBoth({ y, dx }, { x: { tensor: x, values: [0, 0, 0] } });
  expect(result.y).toEqual([0, 0, 0]);
  expect(result.dx).toBeAllClose([1e6, 1e6, 1e6]);
});

test('l2Normalize: a second-order gradient', async () => {
  const x = input('x', 'float32', [1, 2]);
  const [dx] = gradients(reduceSum(l2Normalize(x)), [x]);
  const [ddx] = gradients(reduceSum(dx), [x]);
  const { dd } = await runOnBoth({ dd: ddx }, { x: { tensor: x, values: [3, 4] } });
  // y = s/r with s = a + b, r² = a² + b²: Σ∂y = 2/r − s²/r³, and ∂/∂a of it is −2a/r³ − 2s/r³ + 3s²a/r⁵.
  const derivative = (a: number) => (-2 * a - 2 * 7) / 125 + (3 * 49 * a) / 3125;
  expect(dd).toBeAllClose([derivative(3), derivative(4)], { rtol: 1e-4 });
});
