import { cast } from '../graph/ops/cast.ts';
import { equal, less, notEqual } from '../graph/ops/comparisons.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { constant } from '../graph/ops/source.ts';
import { staticShape, type Tensor } from '../graph/tensor.ts';

/** Which entries of an `[N, N]` matrix are pairs, as float32 `[N, N]` of 0 and 1. No item is paired with itself. */
export interface PairMasks {
  /** 1 where two different items have one label. */
  readonly similar: Tensor;
  /** 1 where two items have different labels. */
  readonly dissimilar: Tensor;
}

export interface PairMasksOptions {
  /**
   * Mark each pair at `[i, j]` with `i < j` only. Default false, both `[i, j]` and `[j, i]`: means over pairs are the
   * same either way, and anchors need both.
   */
  readonly once?: boolean;
}

/**
 * The pairs of a batch by their labels.
 * @param labels int32 `[N]`
 */
export function pairMasks(labels: Tensor, { once = false }: PairMasksOptions = {}): PairMasks {
  const [length] = staticShape(labels.shape, 'pairMasks');
  // The runtime folds what depends on places alone when it loads the graph; the file carries N numbers, not N².
  const places = constant(
    Int32Array.from({ length }, (_, i) => i),
    [length],
  );
  const compare = (x: Tensor, by: typeof equal) =>
    cast(by(reshape(x, [length, 1]), reshape(x, [1, length])), 'float32');
  const counted = compare(places, once ? less : notEqual);
  const similar = multiply(compare(labels, equal), counted);
  const dissimilar = compare(labels, notEqual);
  return { similar, dissimilar: once ? multiply(dissimilar, counted) : dissimilar };
}
