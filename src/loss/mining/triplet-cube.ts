import { add } from '../../graph/ops/add.ts';
import { cast } from '../../graph/ops/cast.ts';
import { greater } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { relu } from '../../graph/ops/relu.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { softplus } from '../../graph/ops/softplus.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { PairMasks } from '../pair-masks.ts';
import { ratio } from '../weighted-mean.ts';
import { byAnchors } from './chunks.ts';
import type { Mined, Penalty } from './triplets.ts';

/** `[A, N]` → `[A, N, 1]`: the second axis of a cube, that of the positives. */
export function asPositives(rows: Tensor): Tensor {
  return reshape(rows, [...(rows.shape as number[]), 1]);
}

/** `[A, N]` → `[A, 1, N]`: the third axis of a cube, that of the negatives. */
export function asNegatives(rows: Tensor): Tensor {
  const [numAnchors, length] = rows.shape as number[];
  return reshape(rows, [numAnchors, 1, length]);
}

/**
 * The mean penalty over every triplet of a batch that `weigh` gives a weight; `N³` work, in pieces of 16 MB.
 * @param options `weigh` gets the rows of `rows` for some anchors, and gives weights that fit `[A, N, N]`, none negative,
 *   through which no gradient passes; `over`: `'active'`, only the triplets that cost something count in the mean (soft,
 *   all do), or `'all'`
 */
export function meanOverTriplets(
  distances: Tensor,
  { similar, dissimilar }: PairMasks,
  penalty: Penalty,
  options: {
    readonly rows: readonly Tensor[];
    readonly weigh: (...rows: Tensor[]) => Tensor;
    readonly over: 'active' | 'all';
  },
): Mined {
  const parts = byAnchors(
    [distances, similar, dissimilar, ...options.rows],
    (row, positives, negatives, ...rest) => {
      const gap = subtract(asPositives(row), asNegatives(row));
      const isTriplet = multiply(asPositives(positives), asNegatives(negatives));
      const weights = multiply(isTriplet, options.weigh(...rest));
      const excess = penalty === 'soft' ? gap : add(gap, penalty.margin);
      const costs = penalty === 'soft' ? softplus(gap) : relu(excess);
      return {
        cost: reduceSum(multiply(costs, weights)),
        weight: reduceSum(weights),
        active: reduceSum(multiply(cast(greater(excess, 0), 'float32'), weights)),
      };
    },
  );
  const sum = (key: 'cost' | 'weight' | 'active') =>
    parts.map((part) => part[key]).reduce((a, b) => add(a, b));
  const [cost, weight, active] = [sum('cost'), sum('weight'), sum('active')];
  const countsActive = options.over === 'active' && penalty !== 'soft';
  return { loss: ratio(cost, countsActive ? active : weight), activeShare: ratio(active, weight) };
}
