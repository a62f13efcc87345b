import { describe, expect, test } from 'vitest';
import { nodeRuntime, runOn, runOnBoth } from '../../test/gradcheck.ts';
import { compile } from './compile.ts';
import { gradients, nodesBelow } from './gradients.ts';
import { add } from './ops/add.ts';
import { cast } from './ops/cast.ts';
import { exp } from './ops/exp.ts';
import { floor } from './ops/floor.ts';
import { matmul } from './ops/matmul.ts';
import { multiply } from './ops/multiply.ts';
import { pow } from './ops/pow.ts';
import { reduceSum } from './ops/reduce-sum.ts';
import { relu } from './ops/relu.ts';
import { input } from './ops/source.ts';
import { square } from './ops/square.ts';
import { apply, type OpRule, type Tensor } from './tensor.ts';

const code = (expected: string) => expect.objectContaining({ code: expected });

/** The gradient of Σ f(x), by numbers. */
async function gradientAt(f: (x: Tensor) => Tensor, values: number[]): Promise<number[]> {
  const x = input('x', 'float32', [values.length]);
  const [dx] = gradients(reduceSum(f(x)), [x]);
  return (await runOnBoth({ dx }, { x: { tensor: x, values } })).dx;
}

test('a subexpression that is used twice collects both gradients', async () => {
  // y = e^x · e^x + e^x: y' = 2e^(2x) + e^x, at ln 3: 18 + 3.
  const f = (x: Tensor) => {
    const shared = exp(x);
    return add(multiply(shared, shared), shared);
  };
  expect(await gradientAt(f, [Math.log(3), 0])).toBeAllClose([21, 3]);
});

test('a chain that forks and joins far apart', async () => {
  // y = (x² + x)·x² = x⁴ + x³: y' = 4x³ + 3x², at 2: 44.
  const f = (x: Tensor) => {
    const squared = square(x);
    return multiply(add(squared, x), squared);
  };
  expect(await gradientAt(f, [2, -1])).toBeAllClose([44, -1]);
});

test('gradients of gradients: x³ has first 3x², second 6x, third 6', async () => {
  const x = input('x', 'float32', [3]);
  const derivatives = [pow(x, 3)];
  for (let order = 0; order < 3; order++) {
    derivatives.push(...gradients(reduceSum(derivatives[order]), [x]));
  }
  const [, first, second, third] = derivatives;
  const result = await runOnBoth({ first, second, third }, { x: { tensor: x, values: [2, -1, 0.5] } });
  expect(result.first).toBeAllClose([12, 3, 0.75]);
  expect(result.second).toBeAllClose([12, -6, 3]);
  expect(result.third).toBeAllClose([6, 6, 6]);
});

test('the loss itself as target has gradient 1', async () => {
  const x = input('x', 'float32', [2]);
  const loss = reduceSum(x);
  const [d] = gradients(loss, [loss]);
  const { dloss } = await runOn(nodeRuntime, compile({ dloss: d }).bytes, {});
  expect(dloss).toEqual([1]);
});

describe('what is frozen', () => {
  const x = input('x', 'float32', [4, 3]);
  const below = input('below', 'float32', [3, 5]);
  const above = input('above', 'float32', [5, 2]);
  const hidden = relu(matmul(x, below));
  const loss = reduceSum(square(matmul(hidden, above)));

  const numProducts = (targets: Tensor[]) =>
    nodesBelow(...gradients(loss, targets)).filter(({ rule }) => rule.name === 'matmul').length;

  test('emits nothing: two products lead forward, one more gives the gradient of the layer above', () => {
    expect(numProducts([above])).toBe(3);
    expect(numProducts([below, above])).toBe(5);
    expect(numProducts([x])).toBe(4);
  });

  test('leaves a target in the middle as the end of the way', () => {
    const [d] = gradients(loss, [hidden]);
    expect(d.shape).toEqual([4, 5]);
    expect(numProducts([hidden])).toBe(3);
  });
});

describe('what cannot be differentiated', () => {
  test('a target that does not reach the loss', () => {
    const [x, stranger] = [input('x', 'float32', [2]), input('stranger', 'float32', [2])];
    expect(() => gradients(reduceSum(x), [x, stranger])).toThrow(code('E_GRAPH'));
    expect(() => gradients(reduceSum(x), [x, stranger])).toThrow(/target 1/);
  });

  test('a target behind an op without a gradient', () => {
    const x = input('x', 'float32', [2]);
    expect(() => gradients(reduceSum(floor(x)), [x])).toThrow(code('E_GRAPH'));
    expect(() => gradients(reduceSum(cast(cast(x, 'int32'), 'float32')), [x])).toThrow(code('E_GRAPH'));
  });

  test('a loss with axes', () => {
    const x = input('x', 'float32', [2]);
    expect(() => gradients(x, [x])).toThrow(code('E_SHAPE'));
  });

  test('a gradient rule that gives a wrong shape', () => {
    const broken: OpRule<null> = {
      name: 'broken',
      infer: ([x]) => x,
      gradient: (dy) => reduceSum(dy),
    };
    const x = input('x', 'float32', [2]);
    expect(() => gradients(reduceSum(apply(broken, [x], null)), [x])).toThrow(/gradient rule of broken/);
  });
});
