import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { type ReduceAttributes, type ReduceOptions, reducedShape, resolveAxes } from './axes.ts';
import { expandReduced } from './expand.ts';
import { multiply } from './multiply.ts';
import { square } from './square.ts';

const rule: OpRule<ReduceAttributes> = {
  name: 'reduceSumSquare',
  infer: ([x], attributes) => ({ dtype: x.dtype, shape: reducedShape(x.shape, attributes) }),
  emit: (emitter, [x], { attributes: { axes, keepDims } }) =>
    emitter.node('ReduceSumSquare', [x], { axes, keepdims: Number(keepDims) }),
  gradient: (dy, { inputs: [x], attributes: { axes } }) =>
    multiply(x, expandReduced(multiply(dy, 2), x.shape, axes)),
};

/** `Σ x²` over `axes` (all by default), without writing the squares. */
export function reduceSumSquare(
  x: Tensor,
  axes?: readonly number[],
  { keepDims = false }: ReduceOptions = {},
): Tensor {
  const resolved = resolveAxes(axes, x.shape.length, 'reduceSumSquare');
  return resolved.length === 0 ? square(x) : apply(rule, [x], { axes: resolved, keepDims });
}
