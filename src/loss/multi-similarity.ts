import { add } from '../graph/ops/add.ts';
import { divide } from '../graph/ops/divide.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { full } from '../graph/ops/source.ts';
import { subtract } from '../graph/ops/subtract.ts';
import {
  type AnchorLoss,
  type AnchorLossOptions,
  createAnchorLoss,
  type DistanceOption,
} from './anchor-loss.ts';
import { checkBetween, checkFinite } from './checks.ts';
import { toSimilarities } from './distances/distance.ts';
import { logOnePlusSumWhere } from './log-sums.ts';

export interface MultiSimilarityOptions extends AnchorLossOptions, DistanceOption {
  /** How steeply similar pairs are pulled, above 0. Default 2, the paper's. */
  readonly alpha?: number;
  /** How steeply dissimilar pairs are pushed, above 0. Default 50, the paper's: almost only the hardest count. */
  readonly beta?: number;
  /** The similarity that similar pairs should pass and dissimilar ones stay below. Default .5, as in the authors' code. */
  readonly base?: number;
}

/**
 * Weighs each pair by how it stands beside the other pairs of its anchor: the mean over anchors of
 * `1/α · ln(1 + Σ_p exp(−α(S_ap − λ))) + 1/β · ln(1 + Σ_n exp(β(S_an − λ)))`, S the cosine (default) and λ the base.
 * Pairs are mined as the paper has it (`mining` `'multi-similarity'`, the default); `'all'` leaves that out.
 *
 * Defined for every batch: an anchor without pairs costs 0. Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Wang et al. 2019, "Multi-similarity loss with general pair weighting for deep metric learning", eq. 15
 * @example
 * const { loss } = multiSimilarity({ beta: 40 }).overBatch(embeddings, labels);
 */
export function multiSimilarity(options: MultiSimilarityOptions = {}): AnchorLoss {
  const { alpha = 2, beta = 50, base = 0.5 } = options;
  checkBetween(alpha, 0, Number.POSITIVE_INFINITY, 'multi-similarity: alpha');
  checkBetween(beta, 0, Number.POSITIVE_INFINITY, 'multi-similarity: beta');
  checkFinite(base, 'multi-similarity: base');
  return createAnchorLoss({
    name: 'multi-similarity',
    distance: options.distance ?? 'cosine',
    mining: options.mining ?? 'multi-similarity',
    reducer: options.reducer,
    cost(values, { similar, dissimilar }, distance) {
      const excess = subtract(toSimilarities(distance, values), base);
      const pull = divide(logOnePlusSumWhere(multiply(excess, -alpha), similar), alpha);
      const push = divide(logOnePlusSumWhere(multiply(excess, beta), dissimilar), beta);
      return { costs: add(pull, push), exists: full([values.shape[0] as number], 1) };
    },
  });
}
