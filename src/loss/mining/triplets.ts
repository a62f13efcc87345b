import { add } from '../../graph/ops/add.ts';
import { cast } from '../../graph/ops/cast.ts';
import { greater } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { relu } from '../../graph/ops/relu.ts';
import { softplus } from '../../graph/ops/softplus.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { where } from '../../graph/ops/where.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { PairMasks } from '../pair-masks.ts';
import { weightedMean } from '../weighted-mean.ts';

/** Stands for the distance of a pair that must not be chosen: farther than any real one, and sums of it stay finite. */
export const NEVER = 1e30;

/** What a triplet costs, by its gap `d(anchor, positive) − d(anchor, negative)`: the hinge at a margin, or softplus. */
export type Penalty = { readonly margin: number } | 'soft';

/** What a way of mining gives to the loss. Both float32 `[]`. */
export interface Mined {
  readonly loss: Tensor;
  /** Share of the triplets looked at that are active. */
  readonly activeShare: Tensor;
}

/**
 * Finds triplets by the distances `[N, N]` of a batch, lower is closer, each row an anchor's, and gives their mean penalty.
 * @param embeddings float32 `[N, D]`, for rules that need more than distances
 */
export type Mining = (distances: Tensor, masks: PairMasks, penalty: Penalty, embeddings: Tensor) => Mined;

/** Triplets in the same places of three tensors of one shape. */
interface Triplets {
  /** Distance from the anchor to the positive. */
  readonly positive: Tensor;
  /** Distance from the anchor to the negative. */
  readonly negative: Tensor;
  /** 1 where there is such a triplet, else 0. */
  readonly exists: Tensor;
}

/** The mean penalty over the triplets that exist. */
export function meanPenalty({ positive, negative, exists }: Triplets, penalty: Penalty): Mined {
  const gap = subtract(positive, negative);
  const excess = penalty === 'soft' ? gap : add(gap, penalty.margin);
  return {
    loss: weightedMean(penalty === 'soft' ? softplus(gap) : relu(excess), exists),
    activeShare: weightedMean(cast(greater(excess, 0), 'float32'), exists),
  };
}

/** Distances where the mask is 1, `otherwise` elsewhere. */
export function distancesWhere(mask: Tensor, distances: Tensor, otherwise: number): Tensor {
  return where(greater(mask, 0), distances, otherwise);
}

/** Number of triplets in a batch: over anchors, positives times negatives. */
export function countTriplets({ similar, dissimilar }: PairMasks): Tensor {
  return reduceSum(multiply(reduceSum(similar, [1]), reduceSum(dissimilar, [1])));
}
