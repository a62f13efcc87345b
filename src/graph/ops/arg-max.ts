import { apply, normalizeAxis, type OpRule, type Tensor } from '../tensor.ts';

const rule: OpRule<{ readonly axis: number }> = {
  name: 'argMax',
  infer: ([x], { axis }) => ({ dtype: 'int64', shape: x.shape.filter((_, i) => i !== axis) }),
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node('ArgMax', inputs, { axis, keepdims: 0 }),
  gradient: 'none',
};

/** The index of the largest element along `axis` (default −1), the first one where several tie: int64. @throws E_SHAPE */
export function argMax(x: Tensor, axis = -1): Tensor {
  return apply(rule, [x], { axis: normalizeAxis(axis, x.shape.length, 'argMax') });
}
