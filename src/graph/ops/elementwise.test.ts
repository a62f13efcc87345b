import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { exp } from './exp.ts';
import { log } from './log.ts';
import { sigmoid } from './sigmoid.ts';
import { softplus } from './softplus.ts';
import { input } from './source.ts';
import { square } from './square.ts';

test('square: hand-worked numbers, 0 included', () =>
  checkOp({
    operands: [{ shape: [2, 2], values: [0, -3, 0.5, 2] }],
    build: square,
    oracle: ([a, b, c, d]) => [a * a, b * b, c * c, d * d],
  }));

test('exp: random numbers and 0', () =>
  checkOp({
    operands: [{ shape: [7], values: [0, 1, -1, 2.5, -3.25, 0.125, Math.LN2] }],
    build: exp,
    oracle: (x) => x.map((value) => Math.E ** value),
  }));

test('exp: underflows to 0 and overflows to infinity', async () => {
  const x = input('x', 'float32', [3]);
  const { y } = await runOnBoth({ y: exp(x) }, { x: { tensor: x, values: [-200, 100, -1e30] } });
  expect(y).toEqual([0, Number.POSITIVE_INFINITY, 0]);
});

test('log: powers of e and random numbers', () =>
  checkOp({
    operands: [{ shape: [6], values: [1, Math.E, 0.1, 7, 1e-3, 1e6] }],
    build: log,
    oracle: (x) => x.map((value) => Math.log2(value) / Math.log2(Math.E)),
    step: 1e-6,
  }));

test('sigmoid: hand-worked points, and finite at ±100', () =>
  checkOp({
    operands: [{ shape: [7], values: [0, Math.log(3), -Math.log(3), 4, -8, 100, -100] }],
    build: sigmoid,
    // e^(±ln 3) are 3 and 1/3: the second and third values are 3/4 and 1/4.
    oracle: (x) => x.map((value) => 1 / (1 + Math.exp(-value))),
  }));

test('softplus: ln 2 at 0, and finite at ±100 and ±1e4', () =>
  checkOp({
    operands: [{ shape: [9], values: [0, 1, -1, 5, -20, 100, -100, 1e4, -1e4] }],
    build: softplus,
    oracle: (x) => x.map((value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)))),
  }));
