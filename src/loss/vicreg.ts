import { add } from '../graph/ops/add.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { relu } from '../graph/ops/relu.ts';
import { sqrt } from '../graph/ops/sqrt.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { staticShape, type Tensor } from '../graph/tensor.ts';
import { checkBatch, checkBetween, checkNotNegative, checkPairs } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { diagnosePairs } from './diagnose-pairs.ts';
import { distancesInBatch, distancesOfPairs } from './euclidean.ts';
import { pairMasks } from './pair-masks.ts';
import type { BatchLoss, PairLoss } from './types.ts';
import { weightedMean } from './weighted-mean.ts';

export interface VicRegOptions {
  /** Weight of similar pairs lying together, from 0. Default 25, the paper's. */
  readonly invariance?: number;
  /** Weight of each dimension being spread, from 0. Default 25, the paper's. */
  readonly variance?: number;
  /** Weight of dimensions being uncorrelated, from 0. Default 1, the paper's. */
  readonly covariance?: number;
  /**
   * The standard deviation that each dimension should have, above 0. Default 1, the paper's, for embeddings of any length
   * (`normalize` false); embeddings of length 1 reach `1/√D` at most.
   */
  readonly deviation?: number;
}

/** Keeps the slope of the root finite where all points are equal; the paper's. */
const EPSILON = 1e-4;

/**
 * Pulls similar pairs together and keeps the embedding from collapsing without pushing any pair apart:
 * `λ · mean d² over similar pairs + μ · 1/D Σ_k max(γ − √(var_k + ε), 0) + ν · 1/D Σ_{k≠l} cov_kl²`, variances and
 * covariances over the batch. Over explicit pairs the last two are those of the left and of the right embeddings, added, as
 * the paper has them; dissimilar pairs give only their places to these.
 *
 * Without a similar pair the first term is 0; one item has variance 0. Diagnostics as `contrastive` has them.
 * @throws E_CONFIG; the losses E_SHAPE, E_DTYPE
 * @source Bardes, Ponce & LeCun 2022, "VICReg: variance-invariance-covariance regularization", eq. 1–6
 * @example
 * const { loss } = vicReg().overPairs(left, right, similar);
 */
export function vicReg(options: VicRegOptions = {}): {
  readonly overBatch: BatchLoss;
  readonly overPairs: PairLoss;
} {
  const { invariance = 25, variance = 25, covariance = 1, deviation = 1 } = options;
  checkNotNegative(invariance, 'vicreg: invariance');
  checkNotNegative(variance, 'vicreg: variance');
  checkNotNegative(covariance, 'vicreg: covariance');
  checkBetween(deviation, 0, Number.POSITIVE_INFINITY, 'vicreg: deviation');
  const spreadOf = (embeddings: Tensor): Tensor => {
    const [length, size] = staticShape(embeddings.shape, 'vicreg');
    const centred = subtract(embeddings, reduceMean(embeddings, [0], { keepDims: true }));
    const perItem = 1 / Math.max(1, length - 1);
    const variances = multiply(reduceSum(square(centred), [0]), perItem);
    const missing = relu(subtract(deviation, sqrt(add(variances, EPSILON))));
    const products = multiply(matmul(centred, centred, { transposeA: true }), perItem);
    const offDiagonal = subtract(reduceSum(square(products)), reduceSum(square(variances)));
    return add(multiply(reduceMean(missing), variance), multiply(offDiagonal, covariance / size));
  };
  return {
    overBatch(embeddings, labels) {
      checkBatch(embeddings, labels, 'vicreg');
      const masks = pairMasks(labels);
      const together = weightedMean(distancesInBatch(embeddings).squared, masks.similar);
      return {
        loss: add(multiply(together, invariance), spreadOf(embeddings)),
        diagnostics: diagnoseBatch(embeddings, masks),
      };
    },
    overPairs(left, right, similar) {
      checkPairs(left, right, similar, 'vicreg');
      const together = weightedMean(distancesOfPairs(left, right).squared, similar);
      return {
        loss: add(multiply(together, invariance), add(spreadOf(left), spreadOf(right))),
        diagnostics: diagnosePairs(left, right, similar),
      };
    },
  };
}
