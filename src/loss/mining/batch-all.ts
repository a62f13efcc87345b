import { add } from '../../graph/ops/add.ts';
import { cast } from '../../graph/ops/cast.ts';
import { greater } from '../../graph/ops/comparisons.ts';
import { concat } from '../../graph/ops/concat.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { softplus } from '../../graph/ops/softplus.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { ratio } from '../weighted-mean.ts';
import { byAnchors } from './chunks.ts';
import { asNegatives, asPositives } from './triplet-cube.ts';
import { countTriplets, distancesWhere, type Mining, NEVER } from './triplets.ts';

/**
 * Every triplet of the batch, `N³` work. With a margin, the mean over active triplets (those that still cost
 * something): else the ever more that are done would drown the few that are not. Soft, the mean over all, since each
 * costs something.
 * @source Hermans, Beyer & Leibe 2017, "In defense of the triplet loss", L_BA; the mean over active triplets, L_BA≠0
 */
export const batchAll: Mining = (distances, masks, penalty) => {
  const positives = distancesWhere(masks.similar, distances, -NEVER);
  const negatives = distancesWhere(masks.dissimilar, distances, NEVER);
  const numTriplets = countTriplets(masks);
  const { weights, numActive } = countActive(
    penalty === 'soft' ? positives : add(positives, penalty.margin),
    negatives,
  );
  const activeShare = ratio(numActive, numTriplets);
  if (penalty === 'soft')
    return { loss: ratio(sumOfSoftplus(positives, negatives), numTriplets), activeShare };
  const total = add(reduceSum(multiply(weights, distances)), multiply(numActive, penalty.margin));
  return { loss: ratio(total, numActive), activeShare };
};

/**
 * A hinge is linear where it is active, so the sum over active triplets of `positive − negative` is `Σ w·d`: each
 * distance times how often it is a positive less how often it is a negative. Only that count needs the cube; its
 * value and its gradient then cost one pass over `[N, N]`.
 */
function countActive(reach: Tensor, negatives: Tensor): { weights: Tensor; numActive: Tensor } {
  const counts = byAnchors([reach, negatives], (forAnchor, against) => {
    const active = cast(greater(asPositives(forAnchor), asNegatives(against)), 'float32');
    return { asPositive: reduceSum(active, [2]), asNegative: reduceSum(active, [1]) };
  });
  const asPositive = concat(
    counts.map((count) => count.asPositive),
    0,
  );
  const asNegative = concat(
    counts.map((count) => count.asNegative),
    0,
  );
  return { weights: subtract(asPositive, asNegative), numActive: reduceSum(asPositive) };
}

function sumOfSoftplus(positives: Tensor, negatives: Tensor): Tensor {
  const sums = byAnchors([positives, negatives], (forAnchor, against) =>
    reduceSum(softplus(subtract(asPositives(forAnchor), asNegatives(against)))),
  );
  return sums.reduce(add);
}
