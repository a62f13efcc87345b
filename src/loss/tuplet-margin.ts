import { multiply } from '../graph/ops/multiply.ts';
import { softplus } from '../graph/ops/softplus.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { type AnchorLoss, type AnchorLossOptions, createAnchorLoss } from './anchor-loss.ts';
import { cosineOfSum } from './angles.ts';
import { checkBetween } from './checks.ts';
import { logSumWhere } from './log-sums.ts';

export interface TupletMarginOptions extends AnchorLossOptions {
  /**
   * Slack in radians, between 0 and π/2: how far the angle of a similar pair may lie above 0 without being pulled hard,
   * which keeps the loss from learning outliers by heart. Default .1 (5.73°), the paper's for most sets.
   */
  readonly margin?: number;
  /** How much the hardest negatives outweigh the others, above 0. Default 64, the paper's. */
  readonly scale?: number;
}

/**
 * Sets each positive of an anchor against all of its negatives: the mean over similar pairs of
 * `ln(1 + Σ_n exp(s (cos θ_an − cos(θ_ap − β))))`, β the slack.
 *
 * A batch without a similar pair gives 0 with zero gradient. Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Yu & Tao 2019, "Deep metric learning with tuplet margin loss", eq. 4, 5
 * @example
 * const { loss } = tupletMargin({ scale: 32 }).overBatch(embeddings, labels);
 */
export function tupletMargin(options: TupletMarginOptions = {}): AnchorLoss {
  const { margin = 0.1, scale = 64, mining, reducer } = options;
  checkBetween(margin, 0, Math.PI / 2, 'tuplet-margin: margin');
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, 'tuplet-margin: scale');
  return createAnchorLoss({
    name: 'tuplet-margin',
    distance: 'cosine',
    mining,
    reducer,
    cost(cosines, { similar, dissimilar }) {
      const negatives = logSumWhere(multiply(cosines, scale), dissimilar, true);
      const positives = multiply(cosineOfSum(cosines, -margin), scale);
      return { costs: multiply(softplus(subtract(negatives, positives)), similar), exists: similar };
    },
  });
}
