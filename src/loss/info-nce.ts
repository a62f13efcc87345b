import { add } from '../graph/ops/add.ts';
import { divide } from '../graph/ops/divide.ts';
import { logSumExp } from '../graph/ops/log-sum-exp.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { DistanceOption } from './anchor-loss.ts';
import { checkBetween, checkFlag, checkPairs } from './checks.ts';
import { diagnosePairs } from './diagnose-pairs.ts';
import { distanceOf } from './distances/by-name.ts';
import { toSimilarities } from './distances/distance.ts';
import type { PairLoss } from './types.ts';
import { weightedMean } from './weighted-mean.ts';

export interface InfoNceOptions extends DistanceOption {
  /** How soft the choice is, above 0. Default .07, CLIP's first value. */
  readonly temperature?: number;
  /** Ask both ways: which right image belongs to a left one, and the reverse; the mean of both. Default true, as CLIP does. */
  readonly bothWays?: boolean;
}

/**
 * Asks of each similar pair that its left image find its right one among all right images of the batch: the mean over
 * similar pairs of `−ln( exp(s(l_i, r_i)/τ) / Σ_j exp(s(l_i, r_j)/τ) )`, s the cosine (default). Dissimilar pairs count as
 * what must not be found. Images of two different pairs are taken to show different things. A graded pair counts by its
 * grade; without a similar pair the loss is 0 with zero gradient. Diagnostics as `diagnosePairs` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source van den Oord, Li & Vinyals 2018, "Representation learning with contrastive predictive coding", eq. 4; both ways:
 *   Radford et al. 2021, "Learning transferable visual models from natural language supervision", figure 3
 * @example
 * const { loss } = infoNce({ temperature: 0.1 })(left, right, similar);
 */
export function infoNce(options: InfoNceOptions = {}): PairLoss {
  const { temperature = 0.07, bothWays = true } = options;
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'info-nce: temperature');
  checkFlag(bothWays, 'info-nce: bothWays');
  const metric = distanceOf(options.distance ?? 'cosine');
  return (left, right, similar) => {
    checkPairs(left, right, similar, 'info-nce');
    const logits = divide(toSimilarities(metric, metric.between(left, right)), temperature);
    const own = divide(toSimilarities(metric, metric.ofPairs(left, right)), temperature);
    const cost = (axis: number) => subtract(logSumExp(logits, [axis]), own);
    const costs = bothWays ? multiply(add(cost(1), cost(0)), 0.5) : cost(1);
    return { loss: weightedMean(costs, similar), diagnostics: diagnosePairs(left, right, similar) };
  };
}
