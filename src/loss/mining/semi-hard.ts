import { cast } from '../../graph/ops/cast.ts';
import { equal, greater, less } from '../../graph/ops/comparisons.ts';
import { concat } from '../../graph/ops/concat.ts';
import { divide } from '../../graph/ops/divide.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { maximum } from '../../graph/ops/maximum.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceMin } from '../../graph/ops/reduce-min.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { where } from '../../graph/ops/where.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { byAnchors } from './chunks.ts';
import { distancesWhere, type Mining, meanPenalty, NEVER } from './triplets.ts';

/**
 * For each pair of anchor and positive the nearest negative that is farther than the positive; where none is, the
 * farthest negative. The paper leaves that case open; this answer is TensorFlow Addons'. Mean over the similar pairs
 * whose anchor has a negative. `N³` work.
 * @source Schroff, Kalenichenko & Philbin 2015, "FaceNet", section 3.2
 */
export const semiHard: Mining = (distances, { similar, dissimilar }, penalty) => {
  const candidates = distancesWhere(dissimilar, distances, NEVER);
  const farthest = reduceMax(distancesWhere(dissimilar, distances, -NEVER), [1], { keepDims: true });
  const negative = concat(byAnchors([distances, candidates, farthest], chooseNegatives), 0);
  const hasNegative = reduceMax(dissimilar, [1], { keepDims: true });
  return meanPenalty({ positive: distances, negative, exists: multiply(similar, hasNegative) }, penalty);
};

/**
 * The distance `[A, N]` of the negative chosen for each anchor and positive, 0 where the anchor has none. The choice
 * is made by comparisons, through which no gradient passes, and taken by a matrix product: so the gradient costs one
 * product too, not one more pass for each step of the choice. Negatives that tie share it.
 */
function chooseNegatives(distances: Tensor, candidates: Tensor, farthest: Tensor): Tensor {
  const [numAnchors, length] = distances.shape as number[];
  const column = reshape(distances, [numAnchors, length, 1]);
  const asNegative = reshape(candidates, [numAnchors, 1, length]);
  const nearestBeyond = reduceMin(where(greater(asNegative, column), asNegative, NEVER), [2]);
  const chosen = where(less(nearestBeyond, NEVER), nearestBeyond, farthest);
  const isChosen = cast(equal(asNegative, reshape(chosen, [numAnchors, length, 1])), 'float32');
  const sum = reshape(matmul(isChosen, column), [numAnchors, length]);
  return divide(sum, maximum(reduceSum(isChosen, [2]), 1));
}
