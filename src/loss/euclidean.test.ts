import { describe, test } from 'vitest';
import { checkOp } from '../../test/gradcheck.ts';
import { distancesInBatch, distancesOfPairs, EPSILON } from './euclidean.ts';

/** `√max(Σ(a−b)², ε)`, for row `i` of one and row `j` of the other. */
function distanceOf(a: Float64Array, i: number, b: Float64Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += (a[i * size + k] - b[j * size + k]) ** 2;
  return Math.sqrt(Math.max(sum, EPSILON));
}

test('of pairs', () =>
  checkOp({
    operands: [{ shape: [3, 4] }, { shape: [3, 4] }],
    build: (a, b) => distancesOfPairs(a, b).distance,
    oracle: (a, b) => [0, 1, 2].map((i) => distanceOf(a, i, b, i, 4)),
  }));

test('in a batch', () =>
  checkOp({
    operands: [{ shape: [3, 2] }],
    build: (x) => distancesInBatch(x).distance,
    oracle: (x) => [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => distanceOf(x, i, x, j, 2))),
  }));

describe('points nearer than ε tells apart', () => {
  const points = [0.5, 0.25, 0.5, 0.25, 0.5001, 0.25];
  test('have distance √ε and gradient 0', () =>
    checkOp({
      operands: [
        { shape: [3, 2], values: points },
        { shape: [3, 2], values: [0.5, 0.25, 0.5, 0.25, 0.5, 0.25] },
      ],
      build: (a, b) => distancesOfPairs(a, b).distance,
      oracle: () => [Math.sqrt(EPSILON), Math.sqrt(EPSILON), Math.sqrt(EPSILON)],
    }));
  test('in a batch too', () =>
    checkOp({
      operands: [{ shape: [3, 2], values: points }],
      build: (x) => distancesInBatch(x).squared,
      oracle: () => Array.from({ length: 9 }, () => EPSILON),
    }));
});
