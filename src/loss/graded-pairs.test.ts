import { describe, expect, test } from 'vitest';
import { checkOp, nodeRuntime, runOn } from '../../test/gradcheck.ts';
import { cosineOf, meanOf, rowsOf } from '../../test/loss-checks.ts';
import { compile } from '../graph/compile.ts';
import { gradients } from '../graph/gradients.ts';
import { input } from '../graph/ops/source.ts';
import { cosent } from './cosent.ts';
import { cosineMeanSquaredError } from './cosine-mean-squared-error.ts';
import { infoNce } from './info-nce.ts';
import type { PairLoss } from './types.ts';
import { vicReg } from './vicreg.ts';

const GRADES = [0.9, 0, 0.25, 1, 0.25];
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function checkPairLoss(
  loss: PairLoss,
  oracle: (left: number[][], right: number[][], similar: readonly number[]) => number,
  similar: readonly number[] = GRADES,
) {
  const shape = [similar.length, 3];
  return checkOp({
    operands: [{ shape }, { shape }, { shape: [similar.length], values: similar, constant: true }],
    build: (l, r, s) => loss(l, r, s).loss,
    oracle: (l, r, s) => [oracle(rowsOf(l, similar.length), rowsOf(r, similar.length), Array.from(s))],
    valueRtol: 1e-5,
  });
}

async function measurePairs(loss: PairLoss, left: number[][], right: number[][], similar: number[]) {
  const l = input('l', 'float32', [left.length, left[0].length]);
  const r = input('r', 'float32', [right.length, right[0].length]);
  const s = input('s', 'float32', [similar.length]);
  const { loss: value, diagnostics } = loss(l, r, s);
  const [gradient] = gradients(value, [l]);
  return runOn(nodeRuntime, compile({ loss: value, gradient, ...diagnostics }).bytes, {
    l: { tensor: l, values: left.flat() },
    r: { tensor: r, values: right.flat() },
    s: { tensor: s, values: similar },
  });
}

describe('info-nce', () => {
  const oneWay = (left: number[][], right: number[][], similar: readonly number[], temperature: number) => {
    const costs = left.map((row, i) => {
      const logits = right.map((other) => cosineOf(row, other) / temperature);
      return Math.log(sumOf(logits.map(Math.exp))) - logits[i];
    });
    return sumOf(costs.map((cost, i) => cost * similar[i])) / sumOf(similar);
  };
  test('both ways', () =>
    checkPairLoss(infoNce(), (l, r, s) => (oneWay(l, r, s, 0.07) + oneWay(r, l, s, 0.07)) / 2));
  test('one way', () =>
    checkPairLoss(infoNce({ bothWays: false, temperature: 0.5 }), (l, r, s) => oneWay(l, r, s, 0.5)));
});

describe('cosent', () => {
  const oracle = (scale: number) => (left: number[][], right: number[][], similar: readonly number[]) => {
    const cosines = left.map((row, i) => cosineOf(row, right[i]));
    let sum = 1;
    for (const [i, grade] of similar.entries())
      for (const [j, other] of similar.entries())
        if (grade > other) sum += Math.exp(scale * (cosines[j] - cosines[i]));
    return Math.log(sum);
  };
  test('graded', () => checkPairLoss(cosent(), oracle(20)));
  test('labels of 0 and 1', () => checkPairLoss(cosent({ scale: 4 }), oracle(4), [1, 0, 0, 1]));
  test('worked by hand: right order, wrong order', async () => {
    const right = [
      [1, 0],
      [0, 1],
    ];
    const left = [
      [1, 0],
      [1, 0],
    ];
    const good = await measurePairs(cosent(), left, right, [1, 0]);
    expect(good.loss).toBeAllClose([Math.log1p(Math.exp(-20))], { atol: 1e-6 });
    const bad = await measurePairs(cosent(), left, right, [0, 1]);
    expect(bad.loss).toBeAllClose([20]);
  });
});

test('mean squared error of cosines', () =>
  checkPairLoss(cosineMeanSquaredError(), (l, r, s) =>
    meanOf(l.map((row, i) => (s[i] - cosineOf(row, r[i])) ** 2)),
  ));

test('vicreg over pairs: the spread of left and of right images', () =>
  checkPairLoss(vicReg().overPairs, (left, right, similar) => {
    const together =
      sumOf(left.map((row, i) => similar[i] * sumOf(row.map((value, k) => (value - right[i][k]) ** 2)))) /
      sumOf(similar);
    const spread = [left, right].map((rows) => {
      const means = rows[0].map((_, k) => meanOf(rows.map((row) => row[k])));
      const cov = (k: number, l: number) =>
        sumOf(rows.map((row) => (row[k] - means[k]) * (row[l] - means[l]))) / (rows.length - 1);
      const dims = [0, 1, 2];
      const missing = sumOf(dims.map((k) => Math.max(1 - Math.sqrt(cov(k, k) + 1e-4), 0)));
      const off = sumOf(dims.flatMap((k) => dims.filter((l) => l !== k).map((l) => cov(k, l) ** 2)));
      return (25 * missing + off) / 3;
    });
    return 25 * together + sumOf(spread);
  }));

describe.each<[string, PairLoss, boolean]>([
  ['info-nce', infoNce(), true],
  ['cosent', cosent(), false],
  ['cosine-mean-squared-error', cosineMeanSquaredError(), false],
  ['vicreg', vicReg().overPairs, false],
])('%s on degenerate pairs', (_, loss, isZeroWithoutSimilar) => {
  test.each([
    [
      'no similar pair',
      [
        [1, 0],
        [0.6, 0.8],
      ],
      [
        [0, 1],
        [1, 0],
      ],
      [0, 0],
    ],
    [
      'no dissimilar pair',
      [
        [1, 0],
        [0.6, 0.8],
      ],
      [
        [0, 1],
        [1, 0],
      ],
      [1, 1],
    ],
    ['one pair', [[1, 0]], [[0, 1]], [1]],
    [
      'equal points',
      [
        [1, 0],
        [1, 0],
      ],
      [
        [1, 0],
        [1, 0],
      ],
      [1, 0],
    ],
    [
      'zeros',
      [
        [0, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
      [1, 0],
    ],
    [
      'opposite points',
      [
        [1, 0],
        [1, 0],
      ],
      [
        [-1, 0],
        [-1, 0],
      ],
      [1, 0],
    ],
  ])('%s: numbers', async (name, left, right, similar) => {
    const results = await measurePairs(loss, left, right, similar);
    for (const [output, values] of Object.entries(results))
      expect(values.every(Number.isFinite), `${output} ${values}`).toBe(true);
    if (isZeroWithoutSimilar && name === 'no similar pair') expect(results.loss).toEqual([0]);
  });
});

test.each([() => infoNce({ temperature: 0 }), () => cosent({ scale: -1 })])(
  'refuses what is out of range: %s',
  (create) => {
    expect(create).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  },
);
