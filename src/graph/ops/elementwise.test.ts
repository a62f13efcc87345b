import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { gradients } from '../gradients.ts';
import { abs } from './abs.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { floor } from './floor.ts';
import { log } from './log.ts';
import { pow } from './pow.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceSum } from './reduce-sum.ts';
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

test('pow: numbers as exponents, 0 and 1 among them', async () => {
  for (const exponent of [-2, 0, 0.5, 1, 2, 3]) {
    await checkOp({
      operands: [{ shape: [4], values: [0.5, 1, 2, 3.25] }],
      build: (x) => pow(x, exponent),
      oracle: (x) => x.map((value) => value ** exponent),
    });
  }
});

test('pow: a negative base, and 0 under a square', () =>
  checkOp({
    operands: [{ shape: [4], values: [-2, -0.5, 0, 1] }],
    build: (x) => pow(x, 2),
    oracle: ([a, b, c, d]) => [a * a, b * b, c * c, d * d],
  }));

test('pow: a tensor as exponent, broadcast', () =>
  checkOp({
    operands: [
      { shape: [2, 2], values: [0.5, 1, 2, 3] },
      { shape: [2], values: [-1.5, 2.25] },
    ],
    build: pow,
    oracle: ([a, b, c, d], [e, f]) => [a ** e, b ** f, c ** e, d ** f],
  }));

test('pow: bases 0 and below have gradient 0 towards a tensor as exponent', async () => {
  const [a, b] = [input('a', 'float32', [2]), input('b', 'float32', [2])];
  const y = pow(a, b);
  const [db] = gradients(reduceSum(y), [b]);
  const result = await runOnBoth(
    { y, db },
    { a: { tensor: a, values: [0, -3] }, b: { tensor: b, values: [2, 2] } },
  );
  expect(result.y).toEqual([0, 9]);
  expect(result.db).toEqual([0, 0]);
});

test('abs: both signs, and gradient 0 at 0', () =>
  checkOp({
    operands: [{ shape: [4], values: [-2.5, 0, 0.25, 4] }],
    build: abs,
    oracle: (x) => x.map((value) => (value < 0 ? -value : value)),
  }));

test('reciprocal: hand-worked numbers', () =>
  checkOp({
    operands: [{ shape: [4], values: [-2, 0.5, 1, 8] }],
    build: reciprocal,
    oracle: ([a, b, c, d]) => [a ** -1, b ** -1, c ** -1, d ** -1],
  }));

test('erf: values of Abramowitz & Stegun, table 7.1, and a series', () => {
  // erf(0.5) = 0.5204998778, erf(1) = 0.8427007929, erf(2) = 0.9953222650.
  expect([0.5, 1, 2].map(erfSeries)).toBeAllClose([0.5204998778, 0.8427007929, 0.995322265], { rtol: 1e-9 });
  return checkOp({
    operands: [{ shape: [7], values: [-3, -1, 0, 0.5, 1, 2, 0.01] }],
    build: erf,
    oracle: (x) => x.map(erfSeries),
  });
});

test('floor: no gradient, so only values', () =>
  checkOp({
    operands: [{ shape: [5], values: [-1.5, -1, 0, 0.99, 7.01] }],
    build: floor,
    oracle: () => [-2, -1, 0, 0, 7],
    valuesOnly: true,
  }));

/** `2/√π Σ (−1)ⁿ x^(2n+1) / (n! (2n+1))`. */
function erfSeries(x: number): number {
  let [sum, term] = [0, x];
  for (let n = 0; n < 80; n++) {
    sum += term / (2 * n + 1);
    term *= -(x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
