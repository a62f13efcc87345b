import { add } from '../graph/ops/add.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { relu } from '../graph/ops/relu.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { checkBatch, checkBetween, checkNotNegative } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { cosine } from './distances/cosine.ts';
import { pairMasks } from './pair-masks.ts';
import { reducerOf } from './reducers/reducer.ts';
import type { BatchLoss } from './types.ts';

export interface ThresholdConsistentMarginOptions {
  /** The loss that it is added to; its diagnostics are kept. Default: none, and then it stands alone. */
  readonly base?: BatchLoss;
  /** Cosine that every similar pair should pass, between −1 and 1. Default .9, the paper's. */
  readonly similarAbove?: number;
  /** Cosine that every dissimilar pair should stay below, between −1 and 1. Default .5, the paper's. */
  readonly dissimilarBelow?: number;
  /** Weight of similar pairs, from 0. Default 1. */
  readonly similarWeight?: number;
  /** Weight of dissimilar pairs, from 0. Default 1. */
  readonly dissimilarWeight?: number;
}

/**
 * A regulariser that holds the pairs of every class to the same two cosines, so that one threshold suits all of them:
 * `λ⁺ · mean of m⁺ − s over similar pairs with s < m⁺ + λ⁻ · mean of s − m⁻ over dissimilar pairs with s > m⁻`, added to
 * another loss. Pairs that are in order do not count. Without any that is out of order it is 0 with zero gradient.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Zhang et al. 2024, "Threshold-consistent margin loss for open-world deep metric learning", eq. 5
 * @example
 * const { loss } = thresholdConsistentMargin({ base: circle().overBatch })(embeddings, labels);
 */
export function thresholdConsistentMargin(options: ThresholdConsistentMarginOptions = {}): BatchLoss {
  const {
    base,
    similarAbove = 0.9,
    dissimilarBelow = 0.5,
    similarWeight = 1,
    dissimilarWeight = 1,
  } = options;
  const user = 'threshold-consistent-margin';
  checkBetween(similarAbove, -1, 1, `${user}: similarAbove`);
  checkBetween(dissimilarBelow, -1, 1, `${user}: dissimilarBelow`);
  checkNotNegative(similarWeight, `${user}: similarWeight`);
  checkNotNegative(dissimilarWeight, `${user}: dissimilarWeight`);
  const reduce = reducerOf('mean-of-non-zero');
  return (embeddings, labels, context) => {
    checkBatch(embeddings, labels, user);
    const masks = pairMasks(labels);
    const cosines = cosine.between(embeddings);
    const together = reduce(relu(subtract(similarAbove, cosines)), masks.similar);
    const apart = reduce(relu(subtract(cosines, dissimilarBelow)), masks.dissimilar);
    const own = add(multiply(together, similarWeight), multiply(apart, dissimilarWeight));
    const added = base?.(embeddings, labels, context);
    return {
      loss: added === undefined ? own : add(added.loss, own),
      diagnostics: { ...(added?.diagnostics ?? diagnoseBatch(embeddings, masks)), thresholdPenalty: own },
    };
  };
}
