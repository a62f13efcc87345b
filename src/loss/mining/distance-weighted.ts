import { add } from '../../graph/ops/add.ts';
import { cast } from '../../graph/ops/cast.ts';
import { clip } from '../../graph/ops/clip.ts';
import { less } from '../../graph/ops/comparisons.ts';
import { exp } from '../../graph/ops/exp.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { log } from '../../graph/ops/log.ts';
import { maximum } from '../../graph/ops/maximum.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { square } from '../../graph/ops/square.ts';
import { stopGradient } from '../../graph/ops/stop-gradient.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { checkBetween } from '../checks.ts';
import { euclidean } from '../distances/euclidean.ts';
import { among } from '../log-sums.ts';
import { ratio } from '../weighted-mean.ts';
import { asNegatives, meanOverTriplets } from './triplet-cube.ts';
import type { Mining } from './triplets.ts';

export interface DistanceWeightedOptions {
  /** Negatives nearer than this are drawn as if they lay there, above 0: they are few, and noisy. Default .5, the authors'. */
  readonly cutoff?: number;
  /** Negatives farther than this are not drawn, up to 2. Default 1.4, the authors': they cost nothing. */
  readonly farthest?: number;
}

/** Below it the density of distances has no value. */
const TINY = 1e-8;

/**
 * Draws negatives evenly over all distances, in place of evenly over all points, most of which lie about √2 away: each by
 * weights `1/q(d)`, `q(d) = d^(D−2) · (1 − d²/4)^((D−3)/2)` the density of distances on the sphere of embeddings of length 1.
 * Where the paper draws one negative for each similar pair, this takes the mean over what it would draw: the same on
 * average, and no chance is left. Mean over the similar pairs whose anchor has such a negative. `N³` work.
 * @throws E_CONFIG
 * @source Wu, Manmatha, Smola & Krähenbühl 2017, "Sampling matters in deep embedding learning", eq. 4, 5
 */
export function distanceWeighted({ cutoff = 0.5, farthest = 1.4 }: DistanceWeightedOptions = {}): Mining {
  checkBetween(cutoff, 0, 2, 'mining distance-weighted: cutoff');
  checkBetween(farthest, cutoff, 2.0001, 'mining distance-weighted: farthest');
  return (distances, masks, penalty, embeddings) => {
    const chances = chancesOf(embeddings, masks.dissimilar, cutoff, farthest);
    return meanOverTriplets(distances, masks, penalty, { rows: [chances], weigh: asNegatives, over: 'all' });
  };
}

/** Chance of each negative to be drawn for an anchor: `[N, N]`, rows of sum 1, or of zeros where there is none. */
function chancesOf(embeddings: Tensor, dissimilar: Tensor, cutoff: number, farthest: number): Tensor {
  const size = embeddings.shape[1] as number;
  const lengths = euclidean.between(l2Normalize(embeddings));
  const clamped = clip(lengths, cutoff, 2);
  const rest = maximum(subtract(1, multiply(square(clamped), 0.25)), TINY);
  const logWeights = add(multiply(log(clamped), 2 - size), multiply(log(rest), (3 - size) / 2));
  const mask = multiply(dissimilar, cast(less(lengths, farthest), 'float32'));
  const largest = reduceMax(among(logWeights, mask), [1], { keepDims: true });
  // What is masked out may be larger than the largest that is not: its exponential would overflow.
  const weights = multiply(exp(clip(subtract(logWeights, largest), -80, 0)), mask);
  return stopGradient(ratio(weights, reduceSum(weights, [1], { keepDims: true })));
}
