import { add } from '../graph/ops/add.ts';
import { divide } from '../graph/ops/divide.ts';
import { minimum } from '../graph/ops/minimum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import { STEP_COUNT } from './step-count.ts';

const SUFFIX = '@average';

/** Name of the state entry that holds the running mean of the parameter `name`. */
export const averageOf = (name: string): string => `${name}${SUFFIX}`;

/**
 * The running mean of a parameter after a step: `k · mean + (1 − k) · value`, `k = min(decay, t / (t + 9))` with `t`
 * steps done before. At first k is small, so that the mean forgets the random start; the first step gives the value.
 * @param count float `[]`: t
 * @source Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"; the warm-up is TensorFlow's
 */
export function nextAverage(mean: Tensor, value: Tensor, count: Tensor, decay: number): Tensor {
  const kept = minimum(divide(count, add(count, 9)), decay);
  return add(multiply(mean, kept), multiply(value, subtract(1, kept)));
}

/**
 * The parameters that make the model: the running means where the state holds them, else the parameters themselves, as
 * before the first step, when there is nothing to take a mean of.
 */
export function modelValues(state: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Float32Array> {
  const averaged = [...state.keys()].filter((name) => state.has(averageOf(name)));
  if (averaged.length === 0 || state.get(STEP_COUNT)?.[0] === 0) return state;
  return new Map(averaged.map((name) => [name, state.get(averageOf(name))!]));
}
