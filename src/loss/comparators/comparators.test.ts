import { describe, expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { input } from '../../graph/ops/source.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { protocolA } from '../../nn/networks/protocol-a.ts';
import { createScope, type Parameter, type Scope } from '../../nn/scope.ts';
import { absoluteDifferenceHead } from './absolute-difference-head.ts';
import type { Comparator } from './comparator.ts';
import { concatHead } from './concat-head.ts';

/** The parameters that a head makes for embeddings of `size`. */
function parametersOf(head: Comparator, size: number): readonly Parameter[] {
  const collected = createScope({ training: true });
  head.logits(input('l', 'float32', [2, size]), input('r', 'float32', [2, size]), collected.scope);
  return collected.parameters;
}

function count(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1), 0);
}

/** A scope that hands out given tensors in the order in which they are asked for. */
function scopeOver(tensors: readonly Tensor[]): Scope {
  const rest = [...tensors];
  const scope: Scope = {
    ...createScope({ training: true }).scope,
    parameter: () => rest.shift()!,
    within: () => scope,
  };
  return scope;
}

/** Holds a head's logits and their gradients, those of its parameters included, against a plain loop. */
function check(
  head: Comparator,
  numPairs: number,
  size: number,
  oracle: (pair: number[][], parameters: number[][]) => number,
) {
  const shapes = parametersOf(head, size).map(({ shape }) => shape);
  const sides = { shape: [numPairs, size] };
  return checkOp({
    operands: [sides, sides, ...shapes.map((shape) => ({ shape }))],
    build: (left, right, ...parameters) => head.logits(left, right, scopeOver(parameters)),
    oracle: (left, right, ...parameters) =>
      Array.from({ length: numPairs }, (_, i) => {
        const rows = [left, right].map((flat) => Array.from(flat.subarray(i * size, (i + 1) * size)));
        return oracle(
          rows,
          parameters.map((flat) => Array.from(flat)),
        );
      }),
  });
}

/** `x · weight + bias`, one unit at a time. */
function unitsOf(x: readonly number[], weight: readonly number[], bias: readonly number[]): number[] {
  return bias.map((start, unit) =>
    x.reduce((sum, value, i) => sum + value * weight[i * bias.length + unit], start),
  );
}

const positive = (values: number[]) => values.map((value) => Math.max(value, 0));
const difference = ([left, right]: number[][]) => left.map((value, i) => Math.abs(value - right[i]));

describe('against plain loops', () => {
  test('|x − y| → 1', () =>
    check(absoluteDifferenceHead(), 4, 3, (pair, [w, b]) => unitsOf(difference(pair), w, b)[0]));
  test('|x − y| → 5 → 1', () =>
    check(
      absoluteDifferenceHead({ hidden: 5 }),
      3,
      4,
      (pair, [w1, b1, w2, b2]) => unitsOf(positive(unitsOf(difference(pair), w1, b1)), w2, b2)[0],
    ));
  test('concat → 16 → 4 → 1', () =>
    check(concatHead(), 2, 3, (pair, [w1, b1, w2, b2, w3, b3]) => {
      const first = positive(unitsOf(pair.flat(), w1, b1));
      return unitsOf(positive(unitsOf(first, w2, b2)), w3, b3)[0];
    }));
});

/** The logits of a freshly initialised head on given embeddings. */
async function logitsOf(head: Comparator, left: number[][], right: number[][]): Promise<number[]> {
  const collected = createScope({ training: false });
  const shape = [left.length, left[0].length];
  const [l, r] = [input('l', 'float32', shape), input('r', 'float32', shape)];
  const logits = head.logits(l, r, collected.scope);
  const random = createRandom('heads');
  const feeds = collected.parameters.map(({ name, tensor, initializer, shape }) => [
    name,
    { tensor, values: initializer(shape, random.fork(name)) },
  ]);
  const results = await runOnBoth(
    { logits },
    {
      ...Object.fromEntries(feeds),
      l: { tensor: l, values: left.flat() },
      r: { tensor: r, values: right.flat() },
    },
  );
  return results.logits;
}

const left = [
  [0.5, -1, 2],
  [1, 1, 1],
  [-0.25, 3, 0],
];
const right = [
  [1.5, 0.5, -1],
  [1, 1, 1],
  [2, -2, 0.75],
];

test('a symmetric head says the same of (a, b) and (b, a); the concat head does not', async () => {
  for (const head of [absoluteDifferenceHead(), absoluteDifferenceHead({ hidden: 8 }), concatHead()]) {
    const swapped = (await logitsOf(head, right, left)).filter((_, i) => i !== 1);
    const straight = (await logitsOf(head, left, right)).filter((_, i) => i !== 1);
    if (head.symmetric) expect(swapped).toEqual(straight);
    else expect(swapped).not.toBeAllClose(straight, { rtol: 1e-2, atol: 1e-2 });
  }
});

test('equal embeddings get the prior: the log odds of a similar pair', async () => {
  const logits = await logitsOf(absoluteDifferenceHead({ similarShare: 0.25 }), left, left);
  expect(logits).toBeAllClose([-Math.log(3), -Math.log(3), -Math.log(3)]);
});

describe('parameters', () => {
  test('names and numbers', () => {
    expect(parametersOf(absoluteDifferenceHead(), 256).map(({ name }) => name)).toEqual([
      'logit/weight',
      'logit/bias',
    ]);
    expect(count(parametersOf(absoluteDifferenceHead(), 256))).toBe(257);
    expect(count(parametersOf(absoluteDifferenceHead({ hidden: 8 }), 32))).toBe(33 * 8 + 9);
    expect(count(parametersOf(concatHead(), 32))).toBe(1113);
  });

  test('protocol A with its head has the published 76,121', () => {
    const collected = createScope({ training: true });
    protocolA().layer(input('images', 'float32', [2, 1, 28, 28]), collected.scope);
    expect(count(collected.parameters)).toBe(75_008);
    expect(count(collected.parameters) + count(parametersOf(concatHead(), 32))).toBe(76_121);
  });

  test('a batch left open, as a saved comparator has it', () => {
    const side = input('l', 'float32', ['P', 4]);
    const { scope } = createScope({ training: false });
    expect(absoluteDifferenceHead().logits(side, side, scope).shape).toEqual(['P']);
    expect(concatHead().logits(side, side, scope.within('other')).shape).toEqual(['P']);
  });
});

test('what does not fit is refused', () => {
  const { scope } = createScope({ training: true });
  const [a, b] = [input('a', 'float32', [2, 4]), input('b', 'float32', [2, 5])];
  expect(() => concatHead().logits(a, b, scope)).toThrow(/\[P, D\]/);
  expect(() => absoluteDifferenceHead().logits(a, b, scope)).toThrow(/\[P, D\]/);
  expect(() => absoluteDifferenceHead({ similarShare: 1 })).toThrow(/similarShare/);
  expect(() => absoluteDifferenceHead({ hidden: 0 })).toThrow(/hidden/);
});
