import { SamesameError } from '../../base/errors.ts';
import { apply, describeShape, type OpRule, type Tensor } from '../tensor.ts';

const rule: OpRule<{ readonly permutation: readonly number[] }> = {
  name: 'transpose',
  infer: ([x], { permutation }) => ({ dtype: x.dtype, shape: permutation.map((axis) => x.shape[axis]) }),
  emit: (emitter, [x], { attributes: { permutation } }) =>
    emitter.node('Transpose', [x], { perm: permutation }),
  gradient: (dy, { attributes: { permutation } }) =>
    transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
};

/**
 * The axes of `x` in another order: axis `i` of the result is axis `permutation[i]` of `x`. Reversed by default.
 * @throws E_SHAPE where `permutation` does not name each axis once
 */
export function transpose(
  x: Tensor,
  permutation: readonly number[] = x.shape.map((_, i) => x.shape.length - 1 - i),
): Tensor {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
    throw new SamesameError('E_SHAPE', {
      what: 'transpose needs each axis once',
      expected: `an order of 0 to ${x.shape.length - 1}`,
      received: describeShape(permutation),
    });
  }
  return permutation.every((axis, i) => axis === i) ? x : apply(rule, [x], { permutation });
}
