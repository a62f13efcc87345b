import { abs } from '../graph/ops/abs.ts';
import { add } from '../graph/ops/add.ts';
import { logSumExp } from '../graph/ops/log-sum-exp.ts';
import { maximum } from '../graph/ops/maximum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { negate } from '../graph/ops/negate.ts';
import { reduceMax } from '../graph/ops/reduce-max.ts';
import { relu } from '../graph/ops/relu.ts';
import { softplus } from '../graph/ops/softplus.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import {
  type AnchorLoss,
  type AnchorLossOptions,
  type Costs,
  createAnchorLoss,
  type DistanceOption,
} from './anchor-loss.ts';
import { checkBetween, checkFlag } from './checks.ts';
import { hasBoth } from './diagnose-batch.ts';
import { toDistances } from './distances/distance.ts';
import { among, logSumWhere } from './log-sums.ts';
import type { PairMasks } from './pair-masks.ts';

export interface LiftedStructureOptions extends AnchorLossOptions, DistanceOption {
  /** How far apart dissimilar pairs should be, above 0. Default 1, the paper's. */
  readonly margin?: number;
  /**
   * A cost for each similar pair, squared, as Oh Song et al. have it, in place of one for each anchor. Default false: the
   * pairs of a large class then count no more than those of a small one.
   */
  readonly pairwise?: boolean;
}

/**
 * Sets all positives of an anchor against all of its negatives at once: the mean over anchors of
 * `max(ln Σ_p exp(d_ap) + ln Σ_n exp(m − d_an), 0)`, smooth stand-ins for the farthest positive and the nearest negative.
 * With `pairwise`, the mean over similar pairs of `½ · max(d_ap + ln(Σ_n exp(m − d_an) + Σ_n exp(m − d_pn)), 0)²`; a positive's
 * own negatives are looked for among the anchors.
 *
 * Anchors without a positive or without a negative are left out; where none is left the loss is 0 with zero gradient.
 * Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Hermans, Beyer & Leibe 2017, "In defense of the triplet loss", L_LG, which generalises Oh Song et al. 2016,
 *   "Deep metric learning via lifted structured feature embedding", eq. 4, which `pairwise` is
 * @example
 * const { loss } = liftedStructure({ margin: 1 }).overBatch(embeddings, labels);
 */
export function liftedStructure(options: LiftedStructureOptions = {}): AnchorLoss {
  const { margin = 1, pairwise = false } = options;
  checkBetween(margin, 0, Number.POSITIVE_INFINITY, 'lifted-structure: margin');
  checkFlag(pairwise, 'lifted-structure: pairwise');
  return createAnchorLoss({
    name: 'lifted-structure',
    distance: options.distance ?? 'euclidean',
    mining: options.mining,
    reducer: options.reducer,
    cost(values, masks, distance) {
      const distances = toDistances(distance, values);
      if (pairwise) return costsOfPairs(distances, masks, margin);
      const both = hasBoth(masks);
      const farthest = logSumWhere(distances, masks.similar);
      const nearest = logSumWhere(subtract(margin, distances), masks.dissimilar);
      return { costs: multiply(relu(add(farthest, nearest)), both), exists: both };
    },
  });
}

function costsOfPairs(distances: Tensor, { similar, dissimilar }: PairMasks, margin: number): Costs {
  const near = among(subtract(margin, distances), dissimilar);
  const ofAnchor = logSumExp(near, [1], { keepDims: true });
  const ofPositive = logSumExp(near, [0], { keepDims: true });
  const exists = multiply(similar, reduceMax(dissimilar, [1], { keepDims: true }));
  const excess = relu(add(distances, logAddExp(ofAnchor, ofPositive)));
  return { costs: multiply(multiply(square(excess), 0.5), exists), exists };
}

/** `ln(eᵃ + eᵇ)`, exact where one of them is far below the other. */
function logAddExp(a: Tensor, b: Tensor): Tensor {
  return add(maximum(a, b), softplus(negate(abs(subtract(a, b)))));
}
