import { apply, type OpRule, sizeOf, type Tensor } from '../tensor.ts';
import { type ReduceAttributes, type ReduceOptions, reducedShape, resolveAxes } from './axes.ts';
import { expandReduced } from './expand.ts';
import { multiply } from './multiply.ts';

const rule: OpRule<ReduceAttributes> = {
  name: 'reduceMean',
  infer: ([x], attributes) => ({ dtype: x.dtype, shape: reducedShape(x.shape, attributes) }),
  // Up to opset 17 the axes of ReduceMean are an attribute, those of ReduceSum an input.
  emit: (emitter, [x], { attributes: { axes, keepDims } }) =>
    emitter.node('ReduceMean', [x], { axes, keepdims: Number(keepDims) }),
  gradient: (dy, { inputs: [x], attributes, output }) => {
    const count = sizeOf(x.shape) / sizeOf(output.shape);
    return expandReduced(multiply(dy, 1 / count), x.shape, attributes.axes);
  },
};

/** The mean over `axes` (all by default). */
export function reduceMean(
  x: Tensor,
  axes?: readonly number[],
  { keepDims = false }: ReduceOptions = {},
): Tensor {
  const resolved = resolveAxes(axes, x.shape.length, 'reduceMean');
  return resolved.length === 0 ? x : apply(rule, [x], { axes: resolved, keepDims });
}
