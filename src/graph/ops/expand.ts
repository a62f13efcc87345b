import { apply, type OpRule, type Shape, sameShape, staticShape, type Tensor } from '../tensor.ts';
import { broadcastShapes } from './broadcast.ts';
import { reshape } from './reshape.ts';
import { sumTo } from './sum-to.ts';

const rule: OpRule<{ readonly shape: readonly number[] }> = {
  name: 'expand',
  infer: ([x], { shape }) => ({ dtype: x.dtype, shape: broadcastShapes(x.shape, shape, 'expand') }),
  emit: (emitter, [x], { attributes: { shape } }) => emitter.node('Expand', [x, emitter.int64s(shape)]),
  gradient: (dy, { inputs: [x] }) => sumTo(dy, x.shape),
};

/** `x` repeated along its axes of length 1, and along new leading axes, to `shape`. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(rule, [x], { shape: staticShape(shape, 'expand') });
}

/** A reduced tensor repeated over the `axes` that were reduced, back to `shape`. */
export function expandReduced(x: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const kept = staticShape(shape, 'the gradient of a reduction').map((dim, i) =>
    axes.includes(i) ? 1 : dim,
  );
  return expand(reshape(x, kept), shape);
}
