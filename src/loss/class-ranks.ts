import { cast } from '../graph/ops/cast.ts';
import { equal, less } from '../graph/ops/comparisons.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { constant } from '../graph/ops/source.ts';
import { staticShape, type Tensor } from '../graph/tensor.ts';

export interface ClassRanks {
  /** float32 `[N, N]`: 1 where two items have one label, an item and itself included. */
  readonly sameClass: Tensor;
  /** float32 `[N]`: how many items of its class come before an item in the batch. */
  readonly rank: Tensor;
}

/** The place of each item among those of its class. @param labels int32 `[N]` */
export function rankInClass(labels: Tensor): ClassRanks {
  const [length] = staticShape(labels.shape, 'rankInClass');
  const places = constant(
    Int32Array.from({ length }, (_, i) => i),
    [length],
  );
  const row = (x: Tensor) => reshape(x, [1, length]);
  const column = (x: Tensor) => reshape(x, [length, 1]);
  const sameClass = cast(equal(column(labels), row(labels)), 'float32');
  const isBefore = cast(less(row(places), column(places)), 'float32');
  return { sameClass, rank: reduceSum(multiply(sameClass, isBefore), [1]) };
}
