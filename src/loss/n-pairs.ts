import { cast } from '../graph/ops/cast.ts';
import { equal } from '../graph/ops/comparisons.ts';
import { divide } from '../graph/ops/divide.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceMax } from '../graph/ops/reduce-max.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { DistanceOption } from './anchor-loss.ts';
import { checkBatch, checkBetween } from './checks.ts';
import { rankInClass } from './class-ranks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { distanceOf } from './distances/by-name.ts';
import { toSimilarities } from './distances/distance.ts';
import { logSumWhere } from './log-sums.ts';
import { pairMasks } from './pair-masks.ts';
import { type Reducer, type ReducerName, reducerOf } from './reducers/reducer.ts';
import type { BatchLoss } from './types.ts';

export interface NPairsOptions extends DistanceOption {
  /**
   * How soft the choice among classes is, above 0. Default 1, as published, for embeddings of any length; where they have
   * length 1, products end at 1 and .1 does better.
   */
  readonly temperature?: number;
  readonly reducer?: ReducerName | Reducer;
}

/**
 * Sets one pair of each class against the pairs of all other classes: the first two images of a class in the batch are
 * its anchor `a_i` and its positive `p_i`; the mean over classes of `ln(1 + Σ_{j≠i} exp((a_i·p_j − a_i·p_i)/τ))`.
 *
 * A class of one image has no pair and is left out; a batch with fewer than two pairs gives 0 with zero gradient. Draw
 * two images of each class: others are not looked at. Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Sohn 2016, "Improved deep metric learning with multi-class N-pair loss objective", eq. 4 (N-pair-mc)
 * @example
 * const { loss } = nPairs({ temperature: 0.1 })(embeddings, labels);
 */
export function nPairs({
  temperature = 1,
  distance = 'dot',
  reducer = 'mean',
}: NPairsOptions = {}): BatchLoss {
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'n-pairs: temperature');
  const metric = distanceOf(distance);
  const reduce = reducerOf(reducer);
  return (embeddings, labels) => {
    const length = checkBatch(embeddings, labels, 'n-pairs');
    const { sameClass, rank } = rankInClass(labels);
    const isFirst = cast(equal(rank, 0), 'float32');
    const isSecond = reshape(cast(equal(rank, 1), 'float32'), [1, length]);
    const own = multiply(sameClass, isSecond);
    const exists = multiply(isFirst, reduceMax(own, [1]));
    const logits = divide(toSimilarities(metric, metric.between(embeddings)), temperature);
    const all = logSumWhere(logits, isSecond);
    const costs = multiply(subtract(all, reduceSum(multiply(logits, own), [1])), exists);
    return { loss: reduce(costs, exists), diagnostics: diagnoseBatch(embeddings, pairMasks(labels)) };
  };
}
