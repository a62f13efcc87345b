import { expect, test } from 'vitest';
import { checkOp, nodeRuntime, runOn, runOnBoth } from '../../../test/gradcheck.ts';
import { compile } from '../compile.ts';
import { gradients } from '../gradients.ts';
import { pairwiseSquaredDistances } from './pairwise-squared-distances.ts';
import { reduceSum } from './reduce-sum.ts';
import { input } from './source.ts';

function distances(a: Float64Array, b: Float64Array, width: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < a.length; i += width) {
    for (let j = 0; j < b.length; j += width) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (a[i + k] - b[j + k]) ** 2;
      result.push(sum);
    }
  }
  return result;
}

test('pairwiseSquaredDistances: points of a right triangle', () =>
  checkOp({
    operands: [
      { shape: [2, 2], values: [0, 0, 3, 0] },
      { shape: [1, 2], values: [3, 4] },
    ],
    build: pairwiseSquaredDistances,
    oracle: ([a, b, c, d], [e, f]) => [(a - e) ** 2 + (b - f) ** 2, (c - e) ** 2 + (d - f) ** 2],
  }));

test('pairwiseSquaredDistances: random rows of two matrices', () =>
  checkOp({
    operands: [{ shape: [5, 7] }, { shape: [3, 7] }],
    build: pairwiseSquaredDistances,
    oracle: (a, b) => distances(a, b, 7),
  }));

test('pairwiseSquaredDistances: among the rows of one matrix, two of them equal', () =>
  checkOp({
    operands: [{ shape: [4, 3], values: [1, 2, 3, 1, 2, 3, -1, 0.5, 4, 0, 0, 0] }],
    build: (x) => pairwiseSquaredDistances(x),
    oracle: (x) => distances(x, x, 3),
  }));

test('pairwiseSquaredDistances: a long row is at distance exactly 0 from itself, and nothing is negative', async () => {
  const x = input('x', 'float32', [8, 33]);
  const values = Array.from({ length: 8 * 33 }, (_, i) => 1000 + Math.sin(i));
  const y = pairwiseSquaredDistances(x);
  const [dx] = gradients(reduceSum(y), [x]);
  const result = await runOn(nodeRuntime, compile({ y, dx }).bytes, { x: { tensor: x, values } });
  for (let i = 0; i < 8; i++) expect(result.y[i * 8 + i]).toBe(0);
  expect(Math.min(...result.y)).toBeGreaterThanOrEqual(0);
  expect(result.dx.every(Number.isFinite)).toBe(true);
});

test('pairwiseSquaredDistances: open numbers of rows', async () => {
  const [a, b] = [input('a', 'float32', ['N', 2]), input('b', 'float32', ['M', 2])];
  expect(pairwiseSquaredDistances(a, b).shape).toEqual(['N', 'M']);
  const fed = (rows: number) => ({ ...a, shape: [rows, 2] });
  const { between, among } = await runOnBoth(
    { between: pairwiseSquaredDistances(a, b), among: pairwiseSquaredDistances(a) },
    { a: { tensor: fed(2), values: [0, 0, 3, 0] }, b: { tensor: fed(1), values: [3, 4] } },
  );
  expect(between).toBeAllClose([25, 16]);
  expect(among).toBeAllClose([0, 9, 9, 0]);
});

test('pairwiseSquaredDistances: rows of two lengths are refused', () => {
  const [a, b] = [input('a', 'float32', [2, 2]), input('b', 'float32', [2, 3])];
  expect(() => pairwiseSquaredDistances(a, b)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});
