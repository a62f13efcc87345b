import { negate } from '../../graph/ops/negate.ts';
import type { Tensor } from '../../graph/tensor.ts';

/**
 * How alike embeddings are, in numbers of one kind. It knows which way its numbers run, so that a loss or a miner asks
 * for `toDistances` or `toSimilarities` and never for the kind.
 */
export interface Distance {
  readonly name: string;
  /** Which numbers are closer. */
  readonly closer: 'lower' | 'higher';
  /**
   * Whether ranking by it and ranking by Euclidean distance is the same for embeddings of length 1. Models compare by
   * Euclidean distance, so what is trained with another one must be of this kind.
   */
  readonly ranksAsEuclidean: boolean;
  /** Of all rows of `a` to all rows of `b` (default: `a`): float32 `[N, D]`, `[M, D]` → `[N, M]`. */
  between(a: Tensor, b?: Tensor): Tensor;
  /** Row by row: float32 `[P, D]`, `[P, D]` → `[P]`. */
  ofPairs(left: Tensor, right: Tensor): Tensor;
}

/** Numbers of a distance as they are or negated, so that lower is closer. */
export function toDistances({ closer }: Distance, values: Tensor): Tensor {
  return closer === 'lower' ? values : negate(values);
}

/** Numbers of a distance as they are or negated, so that higher is closer. */
export function toSimilarities({ closer }: Distance, values: Tensor): Tensor {
  return closer === 'higher' ? values : negate(values);
}
