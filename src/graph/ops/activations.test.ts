import { test } from 'vitest';
import { checkOp } from '../../../test/gradcheck.ts';
import type { Tensor } from '../tensor.ts';
import { gelu } from './gelu.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardSwish } from './hard-swish.ts';
import { leakyRelu } from './leaky-relu.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { silu } from './silu.ts';
import { tanh } from './tanh.ts';

/** Φ by Simpson's rule over the density from −12. */
function normalCdf(x: number): number {
  const numSteps = 4000;
  const width = (x + 12) / numSteps;
  let sum = 0;
  for (let i = 0; i <= numSteps; i++) {
    const t = -12 + i * width;
    sum += (i === 0 || i === numSteps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp((-t * t) / 2);
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}

type Case = [name: string, op: (x: Tensor) => Tensor, oracle: (x: number) => number];
const cases: Case[] = [
  ['relu', relu, (x) => Math.max(x, 0)],
  ['relu6', relu6, (x) => Math.min(Math.max(x, 0), 6)],
  ['leakyRelu', leakyRelu, (x) => (x > 0 ? x : x / 100)],
  ['leakyRelu of slope 0.3', (x) => leakyRelu(x, 0.3), (x) => (x > 0 ? x : 0.3 * x)],
  ['tanh', tanh, (x) => 1 - 2 / (Math.exp(2 * x) + 1)],
  ['gelu', gelu, (x) => x * normalCdf(x)],
  ['silu', silu, (x) => x / (1 + Math.exp(-x))],
  ['hardSigmoid', hardSigmoid, (x) => Math.min(Math.max(x + 3, 0), 6) / 6],
  ['hardSwish', hardSwish, (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6],
];

test.each(cases)('%s: on both sides of every bend, and far out', (_, op, oracle) =>
  checkOp({
    operands: [{ shape: [2, 6], values: [-40, -3.1, -2.9, -0.7, -0.01, 0.02, 0.5, 1, 2.9, 3.1, 5.9, 6.5] }],
    build: op,
    oracle: (x) => x.map(oracle),
  }),
);
