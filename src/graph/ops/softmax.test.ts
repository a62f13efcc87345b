import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { argMax } from './arg-max.ts';
import { logSoftmax } from './log-softmax.ts';
import { logSumExp } from './log-sum-exp.ts';
import { softmax } from './softmax.ts';
import { input } from './source.ts';

/** `[3, 2, 4]` cut into the groups of elements that share a row along `axis`. */
function groupsAlong(axis: number): number[][] {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < 24; i++) {
    const index = [Math.floor(i / 8), Math.floor(i / 4) % 2, i % 4];
    index.splice(axis, 1);
    const key = String(index);
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()];
}

function logSumOf(x: Float64Array, group: number[]): number {
  return Math.log(group.reduce((sum, i) => sum + Math.exp(x[i]), 0));
}

test('softmax, logSoftmax, logSumExp: any axis of a random tensor', () =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 }), async (axis) => {
      const groups = groupsAlong(axis);
      const groupOf = (i: number) => groups.find((group) => group.includes(i))!;
      const operands = [{ shape: [3, 2, 4] }];
      await checkOp({
        operands,
        build: (x) => softmax(x, axis),
        oracle: (x) => x.map((value, i) => Math.exp(value) / Math.exp(logSumOf(x, groupOf(i)))),
      });
      await checkOp({
        operands,
        build: (x) => logSoftmax(x, axis - 3),
        oracle: (x) => x.map((value, i) => value - logSumOf(x, groupOf(i))),
      });
      await checkOp({
        operands,
        build: (x) => logSumExp(x, [axis]),
        oracle: (x) => groups.map((group) => logSumOf(x, group)),
      });
    }),
    { numRuns: 4 },
  ));

test('logSumExp: over everything, kept', () =>
  checkOp({
    operands: [{ shape: [2, 2], values: [0, 0, 0, 0] }],
    build: (x) => logSumExp(x, undefined, { keepDims: true }),
    oracle: (x) => [Math.log(x.reduce((sum, value) => sum + Math.exp(value), 0))],
  }));

test('softmax and its logarithms are exact where eˣ is not: ±1e4, and rows of equal elements', async () => {
  const x = input('x', 'float32', [3, 2]);
  const result = await runOnBoth(
    { soft: softmax(x), logSoft: logSoftmax(x), sum: logSumExp(x, [1]) },
    { x: { tensor: x, values: [1e4, 1e4, -1e4, 0, -1e4, -1e4] } },
  );
  expect(result.soft).toBeAllClose([0.5, 0.5, 0, 1, 0.5, 0.5]);
  expect(result.logSoft).toBeAllClose([-Math.LN2, -Math.LN2, -1e4, 0, -Math.LN2, -Math.LN2], { rtol: 1e-6 });
  expect(result.sum).toBeAllClose([1e4 + Math.LN2, 0, -1e4 + Math.LN2], { rtol: 1e-6 });
});

test('argMax: the first of several, any axis', async () => {
  const operands = [{ shape: [2, 3], values: [1, 7, 7, 0, -1, -2] }];
  await checkOp({ operands, build: (x) => argMax(x), oracle: () => [1, 0], valuesOnly: true });
  await checkOp({ operands, build: (x) => argMax(x, 0), oracle: () => [0, 0, 0], valuesOnly: true });
});
