import { clip } from '../graph/ops/clip.ts';
import { pairwiseSquaredDistances } from '../graph/ops/pairwise-squared-distances.ts';
import { reduceSumSquare } from '../graph/ops/reduce-sum-square.ts';
import { sqrt } from '../graph/ops/sqrt.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * ε of `d = √max(Σ(a−b)², ε)`. The root's slope is infinite at 0; with ε it is at most 1,600, and points that meet
 * get gradient 0. 1e-7 is what published Euclidean Siamese layers use, and one rounding of a float32 near 1: distances
 * below 3.2e-4 are not told apart.
 */
export const EPSILON = 1e-7;

export interface Distances {
  /** `max(Σ(a−b)², ε)`. */
  readonly squared: Tensor;
  /** Its root. */
  readonly distance: Tensor;
}

/** Euclidean distances of the rows of two matrices, row by row: `[P, D]`, `[P, D]` → `[P]`. */
export function distancesOfPairs(left: Tensor, right: Tensor): Distances {
  return rootOf(reduceSumSquare(subtract(left, right), [1]));
}

/** Euclidean distances of all rows of a matrix to each other: `[N, D]` → `[N, N]`, for one matrix product. */
export function distancesInBatch(embeddings: Tensor): Distances {
  return rootOf(pairwiseSquaredDistances(embeddings));
}

function rootOf(sum: Tensor): Distances {
  const squared = clip(sum, EPSILON, Number.POSITIVE_INFINITY);
  return { squared, distance: sqrt(squared) };
}
