import { divide } from '../graph/ops/divide.ts';
import { maximum } from '../graph/ops/maximum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Below every weight sum that is not 0. */
const TINY = 1e-12;

/**
 * `Σ w·x / Σ w` over all elements; 0 with zero gradient where every weight is 0.
 * @param weights of the shape of `values`, none negative; no gradient is asked for them
 */
export function weightedMean(values: Tensor, weights: Tensor): Tensor {
  return ratio(reduceSum(multiply(values, weights)), reduceSum(weights));
}

/** `part / whole` of two sums; 0 where the whole is 0, since then the part is too. */
export function ratio(part: Tensor, whole: Tensor): Tensor {
  return divide(part, maximum(whole, TINY));
}
