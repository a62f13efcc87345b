import { cast } from '../../graph/ops/cast.ts';
import { equal, greater } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceMin } from '../../graph/ops/reduce-min.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { PairMining } from './pair-mining.ts';
import { distancesWhere, NEVER } from './triplets.ts';

/**
 * For each anchor its farthest positive and its nearest negative; those that tie all count.
 * @source Hermans, Beyer & Leibe 2017, "In defense of the triplet loss for person re-identification", L_BH
 */
export const hardestPairs: PairMining = (distances, { similar, dissimilar }) => ({
  similar: farthest(distances, similar),
  dissimilar: nearest(distances, dissimilar),
});

/**
 * For each anchor its nearest positive and its nearest negative: a class may then keep several looks apart.
 * @source Xuan, Stylianou & Pless 2020, "Improved embeddings with easy positive triplet mining", section 3.1 (EPHN)
 */
export const easyPairs: PairMining = (distances, { similar, dissimilar }) => ({
  similar: nearest(distances, similar),
  dissimilar: nearest(distances, dissimilar),
});

/**
 * For each anchor its nearest positive and the nearest negative that is farther than it; no negative where none is.
 * @source Xuan, Stylianou & Pless 2020, section 3.1 (EPSHN)
 */
export const semiHardPairs: PairMining = (distances, { similar, dissimilar }) => {
  const nearestPositive = reduceMin(distancesWhere(similar, distances, NEVER), [1], { keepDims: true });
  const beyond = multiply(dissimilar, cast(greater(distances, nearestPositive), 'float32'));
  return { similar: nearest(distances, similar), dissimilar: nearest(distances, beyond) };
};

function nearest(distances: Tensor, mask: Tensor): Tensor {
  const extreme = reduceMin(distancesWhere(mask, distances, NEVER), [1], { keepDims: true });
  return multiply(mask, cast(equal(distances, extreme), 'float32'));
}

function farthest(distances: Tensor, mask: Tensor): Tensor {
  const extreme = reduceMax(distancesWhere(mask, distances, -NEVER), [1], { keepDims: true });
  return multiply(mask, cast(equal(distances, extreme), 'float32'));
}
