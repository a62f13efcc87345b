import { apply, type OpRule, staticShape, type Tensor } from '../tensor.ts';
import { type ReduceAttributes, type ReduceOptions, reducedShape, resolveAxes } from './axes.ts';
import { cast } from './cast.ts';
import { equal } from './comparisons.ts';
import { divide } from './divide.ts';
import { multiply } from './multiply.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';

/** A reduction that picks an element: the largest or the smallest. */
export function defineExtremum(
  name: string,
  opType: string,
): (x: Tensor, axes?: readonly number[], options?: ReduceOptions) => Tensor {
  const rule: OpRule<ReduceAttributes> = {
    name,
    infer: ([x], attributes) => ({ dtype: x.dtype, shape: reducedShape(x.shape, attributes) }),
    emit: (emitter, [x], { attributes: { axes, keepDims } }) =>
      emitter.node(opType, [x], { axes, keepdims: Number(keepDims) }),
    gradient: (dy, { inputs: [x], attributes: { axes }, output }) => gradientOfExtremum(dy, x, output, axes),
  };
  return (x, axes, { keepDims = false } = {}) => {
    const resolved = resolveAxes(axes, x.shape.length, name);
    return resolved.length === 0 ? x : apply(rule, [x], { axes: resolved, keepDims });
  };
}

/** `dy` to the elements of `x` that equal the extremum `y` over `axes`; where several do, each gets an equal share. */
export function gradientOfExtremum(dy: Tensor, x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const kept = staticShape(x.shape, 'the gradient of a reduction').map((dim, i) =>
    axes.includes(i) ? 1 : dim,
  );
  const isExtremum = cast(equal(x, reshape(y, kept)), x.dtype);
  const share = divide(reshape(dy, kept), reduceSum(isExtremum, axes, { keepDims: true }));
  return multiply(isExtremum, share);
}
