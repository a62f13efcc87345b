import { describe, expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../test/gradcheck.ts';
import { gradients } from '../graph/gradients.ts';
import { input } from '../graph/ops/source.ts';
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { focal } from './focal.ts';
import { meanSquaredError } from './mean-squared-error.ts';
import type { LogitLoss } from './types.ts';

/** What one pair costs, by the textbook formula on the probability. */
type Cost = (p: number, similar: number) => number;

const crossEntropy =
  (weight: number): Cost =>
  (p, s) =>
    -weight * s * Math.log(p) - (1 - s) * Math.log(1 - p);
const focalCost =
  (gamma: number, alpha: number): Cost =>
  (p, s) =>
    -alpha * s * (1 - p) ** gamma * Math.log(p) - (1 - alpha) * (1 - s) * p ** gamma * Math.log(1 - p);
const squaredError: Cost = (p, s) => (s - p) ** 2;
/** Contrastive with margin 1 on d = 1 − p. */
const contrastiveCost: Cost = (p, s) => s * (1 - p) ** 2 + (1 - s) * Math.max(1 - (1 - p), 0) ** 2;

function check(loss: LogitLoss, cost: Cost, similar: readonly number[], logits?: readonly number[]) {
  const shape = [similar.length];
  return checkOp({
    valueRtol: 1e-5,
    operands: [
      { shape, values: logits },
      { shape, values: similar, constant: true },
    ],
    build: (z, s) => loss(z, s).loss,
    oracle: (z, s) => {
      const costs = Array.from(z, (logit, i) => cost(1 / (1 + Math.exp(-logit)), s[i]));
      return [costs.reduce((sum, value) => sum + value, 0) / costs.length];
    },
  });
}

/** Loss, gradient and diagnostics. */
async function measure(loss: LogitLoss, logits: number[], similar: number[]) {
  const z = input('z', 'float32', [logits.length]);
  const s = input('s', 'float32', [similar.length]);
  const output = loss(z, s);
  const [gradient] = gradients(output.loss, [z]);
  return runOnBoth(
    { loss: output.loss, gradient, ...output.diagnostics },
    { z: { tensor: z, values: logits }, s: { tensor: s, values: similar } },
  );
}

const cases: readonly [string, LogitLoss, Cost][] = [
  ['binary cross-entropy', binaryCrossEntropy(), crossEntropy(1)],
  [
    'binary cross-entropy, similar pairs weighed',
    binaryCrossEntropy({ positiveWeight: 2.21 }),
    crossEntropy(2.21),
  ],
  ['focal', focal(), focalCost(2, 0.25)],
  ['focal, other γ and α', focal({ gamma: 0.7, alpha: 0.6 }), focalCost(0.7, 0.6)],
  ['mean squared error', meanSquaredError(), squaredError],
];

describe.each(cases)('%s against the formula on probabilities', (_, loss, cost) => {
  test('both kinds of pairs', () => check(loss, cost, [1, 0, 1, 0, 0]));
  test('graded pairs', () => check(loss, cost, [0.9, 0.5, 0.1, 0.35]));
  test('only similar', () => check(loss, cost, [1, 1, 1]));
  test('only dissimilar', () => check(loss, cost, [0, 0]));
  test('one pair', () => check(loss, cost, [1], [-1.5]));
  test('a logit of 0', () => check(loss, cost, [1, 0], [0, 0]));
  test('large logits', () => check(loss, cost, [1, 0, 0, 1], [8, 9, -8, -9]));

  test('logits beyond any probability in float32 stay finite', async () => {
    const { loss: value, gradient } = await measure(loss, [200, -200, 200, -200], [1, 0, 0, 1]);
    expect(Number.isFinite(value[0])).toBe(true);
    expect(gradient[0]).toBeCloseTo(0, 6);
    expect(gradient[1]).toBeCloseTo(0, 6);
    for (const slope of gradient) expect(Number.isFinite(slope)).toBe(true);
  });
});

test('worked by hand at p = ½ and p = ¾', async () => {
  // logit ln 3 is p = ¾
  const [logits, similar] = [
    [0, Math.log(3)],
    [1, 0],
  ];
  const { loss, gradient } = await measure(binaryCrossEntropy(), logits, similar);
  expect(loss).toBeAllClose([(Math.LN2 + Math.log(4)) / 2], { rtol: 1e-5 });
  expect(gradient).toBeAllClose([-0.25, 0.375], { rtol: 1e-5 });
  const squared = await measure(meanSquaredError(), logits, similar);
  expect(squared.loss).toBeAllClose([(0.25 + 0.5625) / 2], { rtol: 1e-5 });
  const focused = await measure(focal(), logits, similar);
  expect(focused.loss).toBeAllClose([(0.25 * 0.25 * Math.LN2 + 0.75 * 0.5625 * Math.log(4)) / 2], {
    rtol: 1e-5,
  });
});

test('mean squared error is the contrastive loss on 1 − p with margin 1', () =>
  check(meanSquaredError(), contrastiveCost, [1, 0, 1, 0]));

test('a confident error costs its logit, where 1 − p is no longer a float32', async () => {
  const { loss, gradient } = await measure(binaryCrossEntropy(), [100, -100], [0, 1]);
  expect(loss).toBeAllClose([100]);
  expect(gradient).toBeAllClose([0.5, -0.5]);
});

test('a confident right answer costs e to the minus logit, not 0', async () => {
  const { loss } = await measure(binaryCrossEntropy(), [30], [1]);
  expect(loss).toBeAllClose([Math.exp(-30)], { rtol: 1e-4, atol: 0 });
});

describe('diagnostics', () => {
  const third = Math.log(1 / 3);
  test('by kind of pair', async () => {
    const results = await measure(binaryCrossEntropy(), [-third, third, -third, third], [1, 1, 0, 0]);
    expect(results.meanPositiveDistance).toBeAllClose([0.5]);
    expect(results.meanNegativeDistance).toBeAllClose([0.5]);
    expect(results.activeShare).toBeAllClose([0.5]);
    expect(results.accuracy).toBeAllClose([0.5]);
  });
  test('0 for the kind that is missing', async () => {
    const results = await measure(focal(), [-third, 0], [1, 1]);
    expect(results.meanPositiveDistance).toBeAllClose([0.375]);
    expect(results.meanNegativeDistance).toEqual([0]);
    expect(results.activeShare).toEqual([0]);
    expect(results.accuracy).toBeAllClose([0.5]);
  });
});

describe('what does not fit is refused', () => {
  const logits = input('z', 'float32', [4]);
  test.each(cases)('%s of another length', (_, loss) =>
    expect(() => loss(logits, input('s', 'float32', [3]))).toThrow(/similar \[P\]/),
  );
  test('options out of range', () => {
    expect(() => binaryCrossEntropy({ positiveWeight: 0 })).toThrow(/positiveWeight/);
    expect(() => focal({ gamma: -1 })).toThrow(/gamma/);
    expect(() => focal({ alpha: 1 })).toThrow(/alpha/);
  });
});
