import { cast } from '../../graph/ops/cast.ts';
import { less } from '../../graph/ops/comparisons.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceMean } from '../../graph/ops/reduce-mean.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { diagnoseBatch } from '../diagnose-batch.ts';
import { among } from '../log-sums.ts';
import { pairMasks } from '../pair-masks.ts';

/**
 * As `diagnoseBatch`; `activeShare` is the share of images to which another class's proxy is nearer than their own.
 * @param similarities float32 `[N, C]`
 * @param hot float32 `[N, C]`: 1 at each image's class
 */
export function diagnoseProxies(
  embeddings: Tensor,
  labels: Tensor,
  similarities: Tensor,
  hot: Tensor,
): Readonly<Record<string, Tensor>> {
  const own = reduceMax(among(similarities, hot), [1]);
  const other = reduceMax(among(similarities, subtract(1, hot)), [1]);
  const isWrong = reduceMean(cast(less(own, other), 'float32'));
  return diagnoseBatch(embeddings, pairMasks(labels), isWrong);
}
