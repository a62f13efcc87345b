import { add } from '../graph/ops/add.ts';
import { concat } from '../graph/ops/concat.ts';
import { divide } from '../graph/ops/divide.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { maximum } from '../graph/ops/maximum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceMax } from '../graph/ops/reduce-max.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { sigmoid } from '../graph/ops/sigmoid.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { AnchorLossOptions } from './anchor-loss.ts';
import { checkBatch, checkBetween, checkFlag } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { cosine } from './distances/cosine.ts';
import { byAnchors } from './mining/chunks.ts';
import { pairMasks } from './pair-masks.ts';
import { reducerOf } from './reducers/reducer.ts';
import type { BatchLoss } from './types.ts';

export interface SmoothApOptions extends Pick<AnchorLossOptions, 'reducer'> {
  /** Width of the sigmoid that stands for "is ranked before", above 0. Default .01, the paper's. */
  readonly temperature?: number;
  /**
   * Count each image among its own positives, always first. Default false, as the paper's equation has it; the authors'
   * code counts it.
   */
  readonly countsItself?: boolean;
}

/**
 * Average precision, made smooth by sigmoids in place of ranks: the mean over anchors of
 * `1 − 1/|P| Σ_{i∈P} (1 + Σ_{j∈P, j≠i} σ((s_j − s_i)/τ)) / (1 + Σ_{j≠i} σ((s_j − s_i)/τ))`, s the cosines to the anchor.
 *
 * `N³` work, in pieces of 16 MB. Anchors without a positive are left out; where none is left the loss is 0 with zero
 * gradient. Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Brown et al. 2020, "Smooth-AP: smoothing the path towards large-scale image retrieval", eq. 5, 6
 * @example
 * const { loss } = smoothAp({ temperature: 0.05 })(embeddings, labels);
 */
export function smoothAp(options: SmoothApOptions = {}): BatchLoss {
  const { temperature = 0.01, countsItself = false, reducer = 'mean' } = options;
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'smooth-ap: temperature');
  checkFlag(countsItself, 'smooth-ap: countsItself');
  const reduce = reducerOf(reducer);
  return (embeddings, labels) => {
    checkBatch(embeddings, labels, 'smooth-ap');
    const masks = pairMasks(labels);
    const logits = divide(cosine.between(embeddings), temperature);
    const positives = countsItself ? subtract(1, masks.dissimilar) : masks.similar;
    const all = add(positives, masks.dissimilar);
    const precisions = concat(byAnchors([logits, positives, all], precisionOf), 0);
    const numPositives = reduceSum(positives, [1]);
    const averagePrecision = divide(
      reduceSum(multiply(precisions, positives), [1]),
      maximum(numPositives, 1),
    );
    const exists = reduceMax(positives, [1]);
    return {
      loss: reduce(multiply(subtract(1, averagePrecision), exists), exists),
      diagnostics: diagnoseBatch(embeddings, masks),
    };
  };
}

/** Precision at the rank of each item, by anchor: `[A, N]` → `[A, N]`. */
function precisionOf(logits: Tensor, positives: Tensor, all: Tensor): Tensor {
  const [numAnchors, length] = logits.shape as number[];
  const column = (x: Tensor) => reshape(x, [numAnchors, length, 1]);
  // [a, i, j]: whether j is ranked before i. An item counts ½ before itself, and should count 1 at its own rank.
  const isBefore = sigmoid(subtract(reshape(logits, [numAnchors, 1, length]), column(logits)));
  const rankAmong = (mask: Tensor) => add(matmul(isBefore, column(mask)), 0.5);
  return reshape(divide(rankAmong(positives), rankAmong(all)), [numAnchors, length]);
}
