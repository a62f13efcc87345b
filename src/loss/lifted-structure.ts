import { add } from '../graph/ops/add.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { relu } from '../graph/ops/relu.ts';
import { subtract } from '../graph/ops/subtract.ts';
import {
  type AnchorLoss,
  type AnchorLossOptions,
  createAnchorLoss,
  type DistanceOption,
} from './anchor-loss.ts';
import { checkBetween } from './checks.ts';
import { hasBoth } from './diagnose-batch.ts';
import { toDistances } from './distances/distance.ts';
import { logSumWhere } from './log-sums.ts';

export interface LiftedStructureOptions extends AnchorLossOptions, DistanceOption {
  /** How far apart dissimilar pairs should be, above 0. Default 1, the paper's. */
  readonly margin?: number;
}

/**
 * Sets all positives of an anchor against all of its negatives at once: the mean over anchors of
 * `max(ln Σ_p exp(d_ap) + ln Σ_n exp(m − d_an), 0)`, smooth stand-ins for the farthest positive and the nearest negative.
 *
 * Anchors without a positive or without a negative are left out; where none is left the loss is 0 with zero gradient.
 * Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Hermans, Beyer & Leibe 2017, "In defense of the triplet loss", L_LG, which generalises Oh Song et al. 2016,
 *   "Deep metric learning via lifted structured feature embedding", eq. 4
 * @example
 * const { loss } = liftedStructure({ margin: 1 }).overBatch(embeddings, labels);
 */
export function liftedStructure(options: LiftedStructureOptions = {}): AnchorLoss {
  const { margin = 1 } = options;
  checkBetween(margin, 0, Number.POSITIVE_INFINITY, 'lifted-structure: margin');
  return createAnchorLoss({
    name: 'lifted-structure',
    distance: options.distance ?? 'euclidean',
    mining: options.mining,
    reducer: options.reducer,
    cost(values, masks, distance) {
      const distances = toDistances(distance, values);
      const both = hasBoth(masks);
      const farthest = logSumWhere(distances, masks.similar);
      const nearest = logSumWhere(subtract(margin, distances), masks.dissimilar);
      return { costs: multiply(relu(add(farthest, nearest)), both), exists: both };
    },
  });
}
