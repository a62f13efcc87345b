import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { compile } from '../../graph/compile.ts';
import { input } from '../../graph/ops/source.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { adam, adamW } from './adam.ts';
import { createOptimizer } from './by-name.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

const SIZE = 6;
const NUM_STEPS = 5;
const RATES = [0.1, 0.1, 0.05, 0.02, 0.2];
const random = createRandom('optimizers');
const draw = () => Float32Array.from({ length: SIZE }, () => random.normal());
const START = draw();
const GRADIENTS = Array.from({ length: NUM_STEPS }, draw);
// A weight whose gradient is always 0 must not move, and must not become NaN.
for (const gradient of GRADIENTS) gradient[SIZE - 1] = 0;

/** The parameter after each of several steps with given gradients and rates. */
async function run(optimizer: Optimizer, decays = true): Promise<number[][]> {
  const [parameter, gradient] = ['parameter', 'gradient'].map((name) => input(name, 'float32', [SIZE]));
  const [step, learningRate] = ['step', 'rate'].map((name) => input(name, 'float32', []));
  const slots = optimizer.slots.map((name) => input(name, 'float32', [SIZE]));
  const result = optimizer.update({ parameter, gradient, slots, step, learningRate, decays });
  const outputs: Record<string, Tensor> = { next: result.parameter };
  optimizer.slots.forEach((name, i) => {
    outputs[`next/${name}`] = result.slots[i];
  });
  const graph = compile(outputs);
  const program = await nodeRuntime.load(graph.bytes, { purpose: 'training' });
  let state: Map<string, Float32Array> = new Map(
    ['parameter', ...optimizer.slots].map((name) => [name, new Float32Array(SIZE)]),
  );
  state.set('parameter', START);
  const path: number[][] = [];
  for (const [i, values] of GRADIENTS.entries()) {
    const all: Record<string, Float32Array> = {
      ...Object.fromEntries(state),
      gradient: values,
      step: Float32Array.of(i + 1),
      rate: Float32Array.of(RATES[i]),
    };
    const feeds = Object.fromEntries(
      Object.entries(graph.inputs).map(([name, { shape }]) => [
        name,
        nodeRuntime.tensor('float32', all[name], shape as number[]),
      ]),
    );
    const { next, ...rest } = await program.run(feeds);
    state = new Map(Object.entries(rest).map(([name, { data }]) => [name.slice(5), data as Float32Array]));
    state.set('parameter', next.data as Float32Array);
    path.push([...(next.data as Float32Array)]);
  }
  await program.close();
  return path;
}

/** A plain loop over one weight at a time, in float64: `move` is given the weight, its gradient, the rate, the step. */
function walk(
  create: () => (weight: number, gradient: number, rate: number, step: number) => number,
): number[][] {
  const weights = [...START];
  const moves = weights.map(create);
  return GRADIENTS.map((gradient, i) => {
    for (let w = 0; w < SIZE; w++) weights[w] = moves[w](weights[w], gradient[w], RATES[i], i + 1);
    return [...weights];
  });
}

function adamOracle(beta1: number, beta2: number, epsilon: number, weightDecay: number) {
  return () => {
    let [m, v] = [0, 0];
    return (weight: number, gradient: number, rate: number, step: number) => {
      m = beta1 * m + (1 - beta1) * gradient;
      v = beta2 * v + (1 - beta2) * gradient * gradient;
      const mean = m / (1 - beta1 ** step);
      const square = v / (1 - beta2 ** step);
      return weight - rate * weightDecay * weight - (rate * mean) / (Math.sqrt(square) + epsilon);
    };
  };
}

async function expectPath(optimizer: Optimizer, oracle: Parameters<typeof walk>[0], decays = true) {
  const received = (await run(optimizer, decays)).flat();
  // Float32 leaves about four digits of 1 − 0.999^step at the first steps.
  expect(received).toBeAllClose(walk(oracle).flat(), { rtol: 3e-4, atol: 1e-5 });
}

describe('adam', () => {
  it('follows algorithm 1', () => expectPath(adam(), adamOracle(0.9, 0.999, 1e-8, 0)));
  it('takes its options', () =>
    expectPath(adam({ beta1: 0.5, beta2: 0.9, epsilon: 0.1 }), adamOracle(0.5, 0.9, 0.1, 0)));
});

describe('adamW', () => {
  it('decays apart from the gradient', () =>
    expectPath(adamW({ weightDecay: 0.3 }), adamOracle(0.9, 0.999, 1e-8, 0.3)));
  it('decays by 0.01 by itself', () => expectPath(adamW(), adamOracle(0.9, 0.999, 1e-8, 0.01)));
  it('leaves alone what does not decay', () =>
    expectPath(adamW({ weightDecay: 0.3 }), adamOracle(0.9, 0.999, 1e-8, 0), false));
});

describe('sgd', () => {
  it('goes down the gradient', () => expectPath(sgd(), () => (weight, g, rate) => weight - rate * g));

  it('keeps a share of its speed', () =>
    expectPath(sgd({ momentum: 0.8 }), () => {
      let v = 0;
      return (weight, g, rate) => {
        v = 0.8 * v - rate * g;
        return weight + v;
      };
    }));

  it('looks ahead', () =>
    expectPath(sgd({ momentum: 0.8, nesterov: true }), () => {
      let v = 0;
      return (weight, g, rate) => {
        v = 0.8 * v - rate * g;
        return weight + 0.8 * v - rate * g;
      };
    }));

  it('keeps no speed that it does not use', () => {
    expect(sgd().slots).toEqual([]);
    expect(sgd({ momentum: 0.1 }).slots).toEqual(['velocity']);
  });
});

describe('rmsprop', () => {
  const oracle = (decay: number, epsilon: number) => () => {
    let s = 0;
    return (weight: number, g: number, rate: number) => {
      s = decay * s + (1 - decay) * g * g;
      return weight - (rate * g) / (Math.sqrt(s) + epsilon);
    };
  };
  it('divides by the root of the mean square', () => expectPath(rmsprop(), oracle(0.9, 1e-7)));
  it('takes its options', () => expectPath(rmsprop({ decay: 0.5, epsilon: 0.01 }), oracle(0.5, 0.01)));
});

describe('createOptimizer', () => {
  const options = { momentum: 0.7, nesterov: true, weightDecay: 0.2 };
  it.each([
    ['adam', adam()],
    ['adamw', adamW({ weightDecay: 0.2 })],
    ['sgd', sgd({ momentum: 0.7, nesterov: true })],
    ['rmsprop', rmsprop()],
  ] as const)('%s reads its own options', async (name, expected) => {
    const created = createOptimizer(name, options);
    expect(created.name).toBe(name);
    expect(await run(created)).toEqual(await run(expected));
  });
});
