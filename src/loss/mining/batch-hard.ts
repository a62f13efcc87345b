import { multiply } from '../../graph/ops/multiply.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceMin } from '../../graph/ops/reduce-min.ts';
import { distancesWhere, type Mining, meanPenalty, NEVER } from './triplets.ts';

/**
 * For each anchor its farthest positive and its nearest negative; mean over the anchors that have both. `N²` work.
 * @source Hermans, Beyer & Leibe 2017, "In defense of the triplet loss for person re-identification", L_BH
 */
export const batchHard: Mining = (distances, { similar, dissimilar }, penalty) =>
  meanPenalty(
    {
      positive: reduceMax(distancesWhere(similar, distances, -NEVER), [1]),
      negative: reduceMin(distancesWhere(dissimilar, distances, NEVER), [1]),
      exists: multiply(reduceMax(similar, [1]), reduceMax(dissimilar, [1])),
    },
    penalty,
  );
