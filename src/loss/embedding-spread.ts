import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { sqrt } from '../graph/ops/sqrt.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * The standard deviation of each dimension over the batch, mean over dimensions: near 0 when a model has collapsed to
 * one point. For diagnostics only: where all points are equal its gradient is infinite.
 * @param embeddings float32 `[N, D]`
 */
export function embeddingSpread(embeddings: Tensor): Tensor {
  const centred = subtract(embeddings, reduceMean(embeddings, [0], { keepDims: true }));
  return reduceMean(sqrt(reduceMean(square(centred), [0])));
}
