import { cast } from '../graph/ops/cast.ts';
import { less } from '../graph/ops/comparisons.ts';
import { concat } from '../graph/ops/concat.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import { embeddingSpread } from './embedding-spread.ts';
import { distancesOfPairs } from './euclidean.ts';
import { weightedMean } from './weighted-mean.ts';

/**
 * What every loss over explicit pairs tells beside its value: `meanPositiveDistance` and `meanNegativeDistance`
 * (Euclidean), `activeShare`, `embeddingSpread`.
 * @param activeShare float32 `[]`. Default: of the dissimilar pairs, those that are nearer than similar ones are on average
 */
export function diagnosePairs(
  left: Tensor,
  right: Tensor,
  similar: Tensor,
  activeShare?: Tensor,
): Readonly<Record<string, Tensor>> {
  const { distance } = distancesOfPairs(left, right);
  const dissimilar = subtract(1, similar);
  const meanPositiveDistance = weightedMean(distance, similar);
  return {
    meanPositiveDistance,
    meanNegativeDistance: weightedMean(distance, dissimilar),
    activeShare:
      activeShare ?? weightedMean(cast(less(distance, meanPositiveDistance), 'float32'), dissimilar),
    embeddingSpread: embeddingSpread(concat([left, right], 0)),
  };
}
