import { add } from '../graph/ops/add.ts';
import { exp } from '../graph/ops/exp.ts';
import { log } from '../graph/ops/log.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { multiply } from '../graph/ops/multiply.ts';
import type { AnchorLossOptions } from './anchor-loss.ts';
import { checkBatch, checkBetween } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { cosine } from './distances/cosine.ts';
import { pairMasks } from './pair-masks.ts';
import { reducerOf } from './reducers/reducer.ts';
import type { BatchLoss } from './types.ts';

export interface AngularOptions extends Pick<AnchorLossOptions, 'reducer'> {
  /**
   * Widest angle at a negative, in degrees, from which its anchor and its positive are seen; between 0 and 70, beyond
   * which the exponentials leave float32. Default 40: the paper takes 36 to 55, by the set.
   */
  readonly angleDegrees?: number;
}

/**
 * Bounds the angle at the negative of each triangle of anchor, positive and negative, whatever its size: the mean over
 * similar pairs of `ln(1 + Σ_n exp(4 tan²α (x_a + x_p)·x_n − 2 (1 + tan²α) x_a·x_p))`, x scaled to length 1.
 *
 * The sum over negatives splits into `Σ_n exp(4 tan²α x_a·x_n) · exp(4 tan²α x_p·x_n)`, so one matrix product does it and
 * no cube is built. A batch without a similar pair gives 0 with zero gradient. Diagnostics as `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Wang et al. 2017, "Deep metric learning with angular loss", eq. 8, 9
 * @example
 * const { loss } = angular({ angleDegrees: 45 })(embeddings, labels);
 */
export function angular({ angleDegrees = 40, reducer = 'mean' }: AngularOptions = {}): BatchLoss {
  checkBetween(angleDegrees, 0, 70, 'angular: angleDegrees');
  const tanSquared = Math.tan((angleDegrees * Math.PI) / 180) ** 2;
  const reduce = reducerOf(reducer);
  return (embeddings, labels) => {
    checkBatch(embeddings, labels, 'angular');
    const masks = pairMasks(labels);
    const products = cosine.between(embeddings);
    const towards = multiply(exp(multiply(products, 4 * tanSquared)), masks.dissimilar);
    // An anchor's negatives are those of its positives too, so both sides of the product may leave out the others.
    const sums = multiply(
      matmul(towards, towards, { transposeB: true }),
      exp(multiply(products, -2 * (1 + tanSquared))),
    );
    const costs = multiply(log(add(multiply(sums, masks.similar), 1)), masks.similar);
    return { loss: reduce(costs, masks.similar), diagnostics: diagnoseBatch(embeddings, masks) };
  };
}
