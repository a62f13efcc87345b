import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { type ReduceAttributes, type ReduceOptions, reducedShape, resolveAxes } from './axes.ts';
import { expandReduced } from './expand.ts';

const rule: OpRule<ReduceAttributes> = {
  name: 'reduceSum',
  infer: ([x], attributes) => ({ dtype: x.dtype, shape: reducedShape(x.shape, attributes) }),
  emit: (emitter, [x], { attributes: { axes, keepDims } }) =>
    emitter.node('ReduceSum', [x, emitter.int64s(axes)], { keepdims: Number(keepDims) }),
  gradient: (dy, { inputs: [x], attributes }) => expandReduced(dy, x.shape, attributes.axes),
};

/** The sum over `axes` (all by default). */
export function reduceSum(
  x: Tensor,
  axes?: readonly number[],
  { keepDims = false }: ReduceOptions = {},
): Tensor {
  const resolved = resolveAxes(axes, x.shape.length, 'reduceSum');
  return resolved.length === 0 ? x : apply(rule, [x], { axes: resolved, keepDims });
}
