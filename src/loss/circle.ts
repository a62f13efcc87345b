import { add } from '../graph/ops/add.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { relu } from '../graph/ops/relu.ts';
import { softplus } from '../graph/ops/softplus.ts';
import { stopGradient } from '../graph/ops/stop-gradient.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { type AnchorLoss, type AnchorLossOptions, createAnchorLoss } from './anchor-loss.ts';
import { checkBetween } from './checks.ts';
import { hasBoth } from './diagnose-batch.ts';
import { logSumWhere } from './log-sums.ts';

export interface CircleOptions extends AnchorLossOptions {
  /**
   * How far from their best similarities, 1 and 0, pairs may stay, between 0 and 1. Default .4, the paper's for images of
   * many classes; .25 for faces.
   */
  readonly margin?: number;
  /** How much the worst pairs outweigh the others, above 0. Default 80, the paper's for images; 256 for faces. */
  readonly scale?: number;
}

/**
 * Pulls and pushes each pair by how far it is from where it should be: the mean over anchors of
 * `ln(1 + Σ_n exp(γ α_n (s_n − m)) · Σ_p exp(−γ α_p (s_p − 1 + m)))`, with cosines s and weights
 * `α_p = max(1 + m − s_p, 0)`, `α_n = max(s_n + m, 0)`, through which no gradient passes.
 *
 * Anchors without a positive or without a negative are left out; where none is left the loss is 0 with zero gradient.
 * Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Sun et al. 2020, "Circle loss: a unified perspective of pair similarity optimization", eq. 6, 8, 9
 * @example
 * const { loss } = circle({ margin: 0.25, scale: 256 }).overBatch(embeddings, labels);
 */
export function circle({ margin = 0.4, scale = 80, mining, reducer }: CircleOptions = {}): AnchorLoss {
  checkBetween(margin, 0, 1, 'circle: margin');
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, 'circle: scale');
  return createAnchorLoss({
    name: 'circle',
    distance: 'cosine',
    mining,
    reducer,
    cost(cosines, masks) {
      const pull = stopGradient(relu(subtract(1 + margin, cosines)));
      const push = stopGradient(relu(add(cosines, margin)));
      const ofPositives = multiply(multiply(pull, subtract(1 - margin, cosines)), scale);
      const ofNegatives = multiply(multiply(push, subtract(cosines, margin)), scale);
      const both = hasBoth(masks);
      const sums = add(logSumWhere(ofPositives, masks.similar), logSumWhere(ofNegatives, masks.dissimilar));
      return { costs: multiply(softplus(sums), both), exists: both };
    },
  });
}
