import { divide } from '../graph/ops/divide.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { softplus } from '../graph/ops/softplus.ts';
import { subtract } from '../graph/ops/subtract.ts';
import {
  type AnchorLoss,
  type AnchorLossOptions,
  createAnchorLoss,
  type DistanceOption,
} from './anchor-loss.ts';
import { checkBetween } from './checks.ts';
import { toSimilarities } from './distances/distance.ts';
import { logSumWhere } from './log-sums.ts';

export interface NormalizedCrossEntropyOptions extends AnchorLossOptions, DistanceOption {
  /** How soft the choice is, above 0. Default .1; the paper finds .1 and .5 best, by the size of the batch. */
  readonly temperature?: number;
}

/**
 * NT-Xent: asks each image to choose each of its own kind among all of other kinds, the mean over similar pairs of
 * `−ln( exp(s_ap/τ) / (exp(s_ap/τ) + Σ_n exp(s_an/τ)) )`, s the cosine (default). Where supervised-contrastive lets an
 * anchor's positives compete with each other, here they do not. With two images a class it is the paper's loss.
 *
 * A batch without a similar pair gives 0 with zero gradient. Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Chen et al. 2020, "A simple framework for contrastive learning of visual representations" (SimCLR), eq. 1
 * @example
 * const { loss } = normalizedCrossEntropy({ temperature: 0.1 }).overBatch(embeddings, labels);
 */
export function normalizedCrossEntropy(options: NormalizedCrossEntropyOptions = {}): AnchorLoss {
  const { temperature = 0.1 } = options;
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'nt-xent: temperature');
  return createAnchorLoss({
    name: 'nt-xent',
    distance: options.distance ?? 'cosine',
    mining: options.mining,
    reducer: options.reducer,
    cost(values, { similar, dissimilar }, distance) {
      const logits = divide(toSimilarities(distance, values), temperature);
      const lead = subtract(logSumWhere(logits, dissimilar, true), logits);
      return { costs: multiply(softplus(lead), similar), exists: similar };
    },
  });
}
