import { describe, expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../test/gradcheck.ts';
import { gradients } from '../graph/gradients.ts';
import { input } from '../graph/ops/source.ts';
import { type ContrastiveOptions, contrastive } from './contrastive.ts';

const EPSILON = 1e-7;

/** One pair at a time. */
function pairTerm(a: number[], b: number[], margin: number, isSquared: boolean) {
  const squared = Math.max(
    a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0),
    EPSILON,
  );
  const power = isSquared ? 2 : 1;
  return {
    together: Math.sqrt(squared) ** power,
    apart: Math.max(margin - Math.sqrt(squared), 0) ** power,
  };
}

/** The loss over pairs `[left, right, similar]`, by the formula. */
function contrastiveOf(
  pairs: readonly (readonly [number[], number[], number])[],
  { margin = 1, balanced = true, half = false, squared = true }: ContrastiveOptions,
): number {
  let [together, apart, numSimilar, numDissimilar] = [0, 0, 0, 0];
  for (const [a, b, similar] of pairs) {
    const term = pairTerm(a, b, margin, squared);
    together += similar * term.together;
    apart += (1 - similar) * term.apart;
    numSimilar += similar;
    numDissimilar += 1 - similar;
  }
  const loss = balanced
    ? (together / (numSimilar || 1) + apart / (numDissimilar || 1)) / 2
    : (together + apart) / (pairs.length || 1);
  return half ? loss / 2 : loss;
}

function rowsOf(flat: Float64Array, numRows: number): number[][] {
  const size = flat.length / numRows;
  return Array.from({ length: numRows }, (_, i) => Array.from(flat.subarray(i * size, (i + 1) * size)));
}

/** Every unordered pair of a batch. */
function pairsOf(embeddings: number[][], labels: ArrayLike<number>) {
  const pairs: [number[], number[], number][] = [];
  for (let i = 0; i < embeddings.length; i++)
    for (let j = 0; j < i; j++) pairs.push([embeddings[i], embeddings[j], labels[i] === labels[j] ? 1 : 0]);
  return pairs;
}

function checkBatch(labels: readonly number[], options: ContrastiveOptions, size = 3) {
  return checkOp({
    valueRtol: 1e-5,
    operands: [{ shape: [labels.length, size] }, { shape: [labels.length], values: labels, dtype: 'int32' }],
    build: (x, y) => contrastive(options).overBatch(x, y).loss,
    oracle: (x, y) => [contrastiveOf(pairsOf(rowsOf(x, labels.length), y), options)],
  });
}

function checkPairs(similar: readonly number[], options: ContrastiveOptions) {
  const shape = [similar.length, 3];
  return checkOp({
    valueRtol: 1e-5,
    operands: [{ shape }, { shape }, { shape: [similar.length], values: similar, constant: true }],
    build: (a, b, s) => contrastive(options).overPairs(a, b, s).loss,
    oracle: (a, b, s) => {
      const [left, right] = [rowsOf(a, similar.length), rowsOf(b, similar.length)];
      return [
        contrastiveOf(
          left.map((row, i) => [row, right[i], s[i]]),
          { balanced: false, ...options },
        ),
      ];
    },
  });
}

/** Loss, gradient and diagnostics for a batch. */
async function measureBatch(embeddings: number[][], labels: number[], options: ContrastiveOptions = {}) {
  const x = input('x', 'float32', [embeddings.length, embeddings[0].length]);
  const y = input('y', 'int32', [labels.length]);
  const { loss, diagnostics } = contrastive(options).overBatch(x, y);
  const [gradient] = gradients(loss, [x]);
  return runOnBoth(
    { loss, gradient, ...diagnostics },
    { x: { tensor: x, values: embeddings.flat() }, y: { tensor: y, values: labels } },
  );
}

describe('over a batch, against the formula pair by pair', () => {
  const labels = [4, 2, 4, 9, 2, 4];
  test('balanced', () => checkBatch(labels, { margin: 3 }));
  test('mean over all pairs, with ½', () => checkBatch(labels, { margin: 2.5, balanced: false, half: true }));
  test('without the squares', () => checkBatch(labels, { margin: 3, squared: false }));
  test('no similar pair', () => checkBatch([1, 2, 3, 4], { margin: 4 }));
  test('one class', () => checkBatch([7, 7, 7], { margin: 2 }));
  test('one class, not balanced', () => checkBatch([7, 7, 7], { balanced: false }));
  test('one dimension', () => checkBatch(labels, { margin: 1.2 }, 1));
});

describe('over pairs, against the formula pair by pair', () => {
  test('mean over pairs', () => checkPairs([1, 0, 1, 0, 0], { margin: 4 }));
  test('balanced', () => checkPairs([1, 0, 0, 0, 0], { margin: 3, balanced: true, half: true }));
  test('without the squares', () => checkPairs([1, 0, 0.3, 0, 0], { margin: 4, squared: false }));
  test('graded', () => checkPairs([0.7, 0.25, 1, 0, 0.5], { margin: 3 }));
  test('graded and balanced', () => checkPairs([0.1, 0.05, 0, 0, 0.3], { margin: 3, balanced: true }));
});

test('three points, worked by hand', async () => {
  // d(0,1) = .5 similar; d(0,2) = .6 and d(1,2) = √(.25 + .36) dissimilar
  const far = Math.sqrt(0.61);
  const { loss, gradient, ...diagnostics } = await measureBatch(
    [
      [0, 0],
      [0.5, 0],
      [0, 0.6],
    ],
    [1, 1, 2],
  );
  expect(loss).toBeAllClose([(0.25 + (0.4 ** 2 + (1 - far) ** 2) / 2) / 2], { rtol: 1e-5 });
  const push = (1 - far) / far / 2;
  expect(gradient).toBeAllClose([-0.5, 0.2, 0.5 - 0.5 * push, 0.6 * push, 0.5 * push, -0.2 - 0.6 * push], {
    rtol: 1e-4,
    atol: 1e-6,
  });
  expect(diagnostics.meanPositiveDistance).toBeAllClose([0.5]);
  expect(diagnostics.meanNegativeDistance).toBeAllClose([(0.6 + far) / 2]);
  expect(diagnostics.activeShare).toEqual([1]);
  const spread = (Math.sqrt(2) / 3) * ((0.5 + 0.6) / 2);
  expect(diagnostics.embeddingSpread).toBeAllClose([spread]);
});

describe('degenerate batches', () => {
  const zeros = (length: number) => Array.from({ length }, () => 0);

  test('one item has no pair: loss 0, gradient 0', async () => {
    const results = await measureBatch([[1, 2]], [3]);
    for (const values of Object.values(results)) expect(values).toBeAllClose(zeros(values.length));
  });

  test('equal points: half the squared margin, gradient 0', async () => {
    const point = [0.25, -0.5];
    const results = await measureBatch([point, point, point, point], [1, 1, 2, 2]);
    const root = Math.sqrt(EPSILON);
    expect(results.loss).toBeAllClose([(EPSILON + (1 - root) ** 2) / 2], { rtol: 1e-5 });
    expect(results.gradient).toBeAllClose(zeros(8));
    expect(results.activeShare).toEqual([1]);
    expect(results.embeddingSpread).toEqual([0]);
  });

  test('points far from 0 that are nearly equal keep a finite gradient', async () => {
    const results = await measureBatch(
      [
        [30, 40],
        [30, 40],
        [30.00001, 40],
      ],
      [1, 2, 2],
    );
    for (const value of results.gradient) expect(Math.abs(value)).toBeLessThan(10);
  });

  test('a NaN is not hidden', async () => {
    const { loss } = await measureBatch(
      [
        [0, 1],
        [Number.NaN, 0],
        [1, 1],
      ],
      [1, 2, 1],
    );
    expect(loss).toEqual([Number.NaN]);
  });

  test('a dissimilar pair exactly at the margin: loss 0, gradient 0, not active', async () => {
    const results = await measureBatch(
      [
        [0, 0],
        [1, 0],
      ],
      [1, 2],
    );
    expect(results.loss).toEqual([0]);
    expect(results.gradient).toBeAllClose(zeros(4));
    expect(results.activeShare).toEqual([0]);
    expect(results.meanPositiveDistance).toEqual([0]);
  });
});

describe('what does not fit is refused', () => {
  const { overBatch, overPairs } = contrastive();
  const x = input('x', 'float32', [4, 2]);
  test('labels of another length', () =>
    expect(() => overBatch(x, input('y', 'int32', [3]))).toThrow(/labels \[N\]/));
  test('labels that are floats', () =>
    expect(() => overBatch(x, input('y', 'float32', [4]))).toThrow(/expected: int32/));
  test('an open batch', () =>
    expect(() => overBatch(input('x', 'float32', ['N', 2]), input('y', 'int32', ['N']))).toThrow(/static/));
  test('unequal sides', () =>
    expect(() => overPairs(x, input('r', 'float32', [4, 3]), input('s', 'float32', [4]))).toThrow(
      /\[P, D\]/,
    ));
  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a margin of %d', (margin) =>
    expect(() => contrastive({ margin })).toThrow(/contrastive: margin/),
  );
});
