import { cast } from '../../graph/ops/cast.ts';
import { greater } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { pick } from '../names.ts';
import { ratio, weightedMean } from '../weighted-mean.ts';

/**
 * Makes one number of many costs; 0 with zero gradient where there is none.
 * @param costs float32, the first axis the anchors: of anchors `[N]`, of pairs `[N, M]`; none negative
 * @param exists of that shape: 1 where there is a cost, else 0
 */
export type Reducer = (costs: Tensor, exists: Tensor) => Tensor;

/** The mean over all that exist. */
const mean: Reducer = weightedMean;

/** The mean over those above 0: what is done does not drown what is not. */
const meanOfNonZero: Reducer = (costs, exists) =>
  weightedMean(costs, multiply(exists, cast(greater(costs, 0), 'float32')));

/** The sum: larger batches then take larger steps. */
const sum: Reducer = (costs, exists) => reduceSum(multiply(costs, exists));

/** First the mean over each anchor's own costs, then over the anchors: an anchor of a large class counts no more than others. */
const perAnchor: Reducer = (costs, exists) => {
  const rest = costs.shape.map((_, axis) => axis).slice(1);
  if (rest.length === 0) return weightedMean(costs, exists);
  const numCosts = reduceSum(exists, rest);
  const means = ratio(reduceSum(multiply(costs, exists), rest), numCosts);
  return weightedMean(means, cast(greater(numCosts, 0), 'float32'));
};

const REDUCERS = { mean, 'mean-of-non-zero': meanOfNonZero, sum, 'per-anchor': perAnchor };

export type ReducerName = keyof typeof REDUCERS;

/** The names that `reducerOf` knows. */
export const REDUCER_NAMES = Object.keys(REDUCERS) as readonly ReducerName[];

/** A reducer by its name, or the one that is given. @throws E_CONFIG */
export function reducerOf(reducer: ReducerName | Reducer): Reducer {
  return typeof reducer === 'string' ? pick<Reducer>(REDUCERS, reducer, 'reducer') : reducer;
}
