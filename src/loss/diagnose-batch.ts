import { cast } from '../graph/ops/cast.ts';
import { less } from '../graph/ops/comparisons.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceMax } from '../graph/ops/reduce-max.ts';
import { reduceMin } from '../graph/ops/reduce-min.ts';
import type { Tensor } from '../graph/tensor.ts';
import { embeddingSpread } from './embedding-spread.ts';
import { distancesInBatch } from './euclidean.ts';
import { distancesWhere, NEVER } from './mining/triplets.ts';
import type { PairMasks } from './pair-masks.ts';
import { weightedMean } from './weighted-mean.ts';

/**
 * What every loss over a batch tells beside its value: `meanPositiveDistance` and `meanNegativeDistance` (Euclidean, over
 * all pairs), `activeShare`, `embeddingSpread`.
 * @param activeShare float32 `[]`. Default: of the anchors with a positive and a negative, those whose nearest neighbour
 *   is a negative
 */
export function diagnoseBatch(
  embeddings: Tensor,
  masks: PairMasks,
  activeShare?: Tensor,
): Readonly<Record<string, Tensor>> {
  const { distance } = distancesInBatch(embeddings);
  return {
    meanPositiveDistance: weightedMean(distance, masks.similar),
    meanNegativeDistance: weightedMean(distance, masks.dissimilar),
    activeShare: activeShare ?? shareOfWrongNeighbours(distance, masks),
    embeddingSpread: embeddingSpread(embeddings),
  };
}

/** 1 for each anchor that has a positive and a negative, else 0: `[N, M]` masks → `[N]`. */
export function hasBoth({ similar, dissimilar }: PairMasks): Tensor {
  return multiply(reduceMax(similar, [1]), reduceMax(dissimilar, [1]));
}

function shareOfWrongNeighbours(distances: Tensor, masks: PairMasks): Tensor {
  const positive = reduceMin(distancesWhere(masks.similar, distances, NEVER), [1]);
  const negative = reduceMin(distancesWhere(masks.dissimilar, distances, NEVER), [1]);
  return weightedMean(cast(less(negative, positive), 'float32'), hasBoth(masks));
}
