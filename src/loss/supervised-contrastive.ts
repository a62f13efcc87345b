import { add } from '../graph/ops/add.ts';
import { cast } from '../graph/ops/cast.ts';
import { less } from '../graph/ops/comparisons.ts';
import { logSumExp } from '../graph/ops/log-sum-exp.ts';
import { maximum } from '../graph/ops/maximum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceMax } from '../graph/ops/reduce-max.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { checkBatch, checkBetween } from './checks.ts';
import { embeddingSpread } from './embedding-spread.ts';
import { distancesInBatch } from './euclidean.ts';
import { pairMasks } from './pair-masks.ts';
import type { BatchLoss } from './types.ts';
import { ratio, weightedMean } from './weighted-mean.ts';

export interface SupervisedContrastiveOptions {
  /**
   * How soft the choice among neighbours is, above 0. Default .1, as in the paper: for embeddings of length 1, whose
   * cosines lie in −1…1, that gives logits in −10…10.
   */
  readonly temperature?: number;
}

/** Leaves an entry out of a softmax: far below every logit, and still a number. */
const NEVER = 1e9;

/**
 * Asks each image of a batch to choose its own kind among all others: the mean over anchors `i` of
 * `−1/|P(i)| · Σ_p ln( exp(−d²(i,p)/2τ) / Σ_{a≠i} exp(−d²(i,a)/2τ) )`, `P(i)` the other images with its label.
 * For embeddings of length 1, `−d²/2 = cos − 1`, and this is the paper's loss on cosines; for others it is its Gaussian
 * kin, so that a model is always searched with the distance that it was trained with.
 *
 * Anchors without a positive are left out, but others still have to tell them apart; where no anchor is left the loss
 * is 0 with zero gradient. Equal points get gradient 0 between them.
 *
 * Diagnostics: `meanPositiveDistance`, `meanNegativeDistance` (Euclidean, over all pairs), `activeShare` (of the
 * anchors with a positive, those whose nearest neighbour is none), `embeddingSpread`.
 * @throws E_CONFIG where the temperature is not above 0; the loss E_SHAPE, E_DTYPE
 * @source Khosla et al. 2020, "Supervised contrastive learning", eq. 2
 * @example
 * const { loss, diagnostics } = supervisedContrastive({ temperature: 0.1 })(embeddings, labels);
 */
export function supervisedContrastive({ temperature = 0.1 }: SupervisedContrastiveOptions = {}): BatchLoss {
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'supervised-contrastive: temperature');
  return (embeddings, labels) => {
    checkBatch(embeddings, labels, 'supervised-contrastive');
    const { similar, dissimilar } = pairMasks(labels);
    const { distance, squared } = distancesInBatch(embeddings);
    const logits = multiply(squared, -1 / (2 * temperature));
    const among = (mask: typeof similar) => add(logits, multiply(subtract(mask, 1), NEVER));
    const numPositives = reduceSum(similar, [1]);
    const isAnchor = cast(less(0, numPositives), 'float32');
    const chosen = ratio(reduceSum(multiply(logits, similar), [1]), maximum(numPositives, 1));
    const all = logSumExp(among(add(similar, dissimilar)), [1]);
    const isWrong = less(reduceMax(among(similar), [1]), reduceMax(among(dissimilar), [1]));
    return {
      loss: weightedMean(multiply(subtract(all, chosen), isAnchor), isAnchor),
      diagnostics: {
        meanPositiveDistance: weightedMean(distance, similar),
        meanNegativeDistance: weightedMean(distance, dissimilar),
        activeShare: weightedMean(cast(isWrong, 'float32'), isAnchor),
        embeddingSpread: embeddingSpread(embeddings),
      },
    };
  };
}
