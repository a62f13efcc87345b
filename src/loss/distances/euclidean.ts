import { clip } from '../../graph/ops/clip.ts';
import { pairwiseSquaredDistances } from '../../graph/ops/pairwise-squared-distances.ts';
import { reduceSumSquare } from '../../graph/ops/reduce-sum-square.ts';
import { sqrt } from '../../graph/ops/sqrt.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { EPSILON } from '../euclidean.ts';
import type { Distance } from './distance.ts';

/** `√max(Σ(a−b)², ε)`: the distance that models are compared by. Equal points get gradient 0. */
export const euclidean: Distance = {
  name: 'euclidean',
  closer: 'lower',
  ranksAsEuclidean: true,
  between: (a, b = a) => sqrt(atLeastEpsilon(pairwiseSquaredDistances(a, b))),
  ofPairs: (left, right) => sqrt(atLeastEpsilon(squaresOf(left, right))),
};

/** `max(Σ(a−b)², ε)`. */
export const squaredEuclidean: Distance = {
  name: 'squared-euclidean',
  closer: 'lower',
  ranksAsEuclidean: true,
  between: (a, b = a) => atLeastEpsilon(pairwiseSquaredDistances(a, b)),
  ofPairs: (left, right) => atLeastEpsilon(squaresOf(left, right)),
};

function squaresOf(left: Tensor, right: Tensor): Tensor {
  return reduceSumSquare(subtract(left, right), [1]);
}

function atLeastEpsilon(squared: Tensor): Tensor {
  return clip(squared, EPSILON, Number.POSITIVE_INFINITY);
}
