import { productOfDims } from '../../../graph/dims.ts';
import type { ReduceOptions } from '../../../graph/ops/axes.ts';
import { reduceMax } from '../../../graph/ops/reduce-max.ts';
import { reduceMean } from '../../../graph/ops/reduce-mean.ts';
import { reduceMin } from '../../../graph/ops/reduce-min.ts';
import { reduceSum } from '../../../graph/ops/reduce-sum.ts';
import { reduceSumSquare } from '../../../graph/ops/reduce-sum-square.ts';
import { safeSqrt } from '../../../graph/ops/safe-sqrt.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import { numberAttribute, numbersOfEither, present, refuse } from '../attributes.ts';
import type { Translate } from '../builder.ts';
import { isKnown, toTensor } from '../values.ts';

type Reduce = (x: Tensor, axes?: readonly number[], options?: ReduceOptions) => Tensor;

/** Axes were an attribute up to operator set 17 (of ReduceSum up to 12) and are an input since. */
const reduction = (reduce: Reduce): Translate => {
  return ([x, given], node) => {
    const value = toTensor(present(x, 'input'));
    const axes = numbersOfEither(node, 'axes', given);
    const keepDims = numberAttribute(node, 'keepdims', 1) !== 0;
    if (axes === undefined || axes.length === 0) {
      if (numberAttribute(node, 'noop_with_empty_axes', 0) !== 0) return value;
      return reduce(value, undefined, { keepDims });
    }
    return reduce(value, axes, { keepDims });
  };
};

/** Of lengths: how many elements a shape has. */
const product: Translate = ([x, given], node) => {
  const value = present(x, 'input');
  refuse(!isKnown(value) || value.shape.length > 1, 'ReduceProd of what depends on the image', 'a shape');
  const axes = numbersOfEither(node, 'axes', given);
  refuse(axes !== undefined && axes.length > 1, `axes ${axes}`);
  const keepDims = numberAttribute(node, 'keepdims', 1) !== 0 && isKnown(value) && value.shape.length === 1;
  const values = isKnown(value) ? [productOfDims(Array.from(value.values))] : [];
  return { name: '', dtype: value.dtype, shape: keepDims ? [1] : [], values };
};

export const REDUCE: Readonly<Record<string, Translate>> = {
  ReduceMean: reduction(reduceMean),
  ReduceSum: reduction(reduceSum),
  ReduceMax: reduction(reduceMax),
  ReduceMin: reduction(reduceMin),
  ReduceSumSquare: reduction(reduceSumSquare),
  ReduceL2: reduction((x, axes, options) => safeSqrt(reduceSumSquare(x, axes, options))),
  ReduceProd: product,
};
