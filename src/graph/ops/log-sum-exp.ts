import { apply, type OpRule, staticShape, type Tensor } from '../tensor.ts';
import { type ReduceAttributes, type ReduceOptions, reducedShape, resolveAxes } from './axes.ts';
import { exp } from './exp.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { subtract } from './subtract.ts';

const rule: OpRule<ReduceAttributes> = {
  name: 'logSumExp',
  infer: ([x], attributes) => ({ dtype: x.dtype, shape: reducedShape(x.shape, attributes) }),
  emit: (emitter, [x], { attributes: { axes, keepDims } }) =>
    emitter.node('ReduceLogSumExp', [x], { axes, keepdims: Number(keepDims) }),
  // The gradient is the softmax: e^(x − y), which cannot overflow since x ≤ y.
  gradient: (dy, { inputs: [x], attributes: { axes }, output }) => {
    const shape = staticShape(x.shape, 'the gradient of logSumExp');
    const kept = shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
    return multiply(reshape(dy, kept), exp(subtract(x, reshape(output, kept))));
  },
};

/**
 * `ln Σ eˣ` over `axes` (all by default), a smooth maximum; exact for large |x|, since the maximum is taken out
 * first. To leave elements out, set them to −1e9, not −∞: `−∞ − −∞` has no value.
 */
export function logSumExp(
  x: Tensor,
  axes?: readonly number[],
  { keepDims = false }: ReduceOptions = {},
): Tensor {
  const resolved = resolveAxes(axes, x.shape.length, 'logSumExp');
  return resolved.length === 0 ? x : apply(rule, [x], { axes: resolved, keepDims });
}
