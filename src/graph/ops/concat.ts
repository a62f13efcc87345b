import { SamesameError } from '../../base/errors.ts';
import { apply, type Dim, describeShape, normalizeAxis, type OpRule, type Tensor } from '../tensor.ts';
import { slice } from './slice.ts';

const rule: OpRule<{ readonly axis: number }> = {
  name: 'concat',
  infer: (inputs, { axis }) => {
    const shape: Dim[] = [...inputs[0].shape];
    shape[axis] = inputs.reduce((sum, x) => sum + Number(x.shape[axis]), 0);
    return { dtype: inputs[0].dtype, shape };
  },
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node('Concat', inputs, { axis }),
  gradient: (dy, { inputs, attributes: { axis } }, index) => {
    const start = inputs.slice(0, index).reduce((sum, x) => sum + Number(x.shape[axis]), 0);
    return slice(dy, [start], [start + Number(inputs[index].shape[axis])], { axes: [axis] });
  },
};

/**
 * Tensors one after another along `axis`; their other axes must agree.
 * @throws E_SHAPE, E_DTYPE
 */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new SamesameError('E_SHAPE', { what: 'concat needs at least one tensor' });
  const along = normalizeAxis(axis, first.shape.length, 'concat');
  for (const { shape, dtype } of tensors) {
    const agrees =
      shape.length === first.shape.length && shape.every((dim, i) => i === along || dim === first.shape[i]);
    if (!agrees || typeof shape[along] !== 'number') {
      throw new SamesameError('E_SHAPE', {
        what: `concat along axis ${along} needs equal shapes elsewhere and a static length there`,
        expected: describeShape(first.shape),
        received: describeShape(shape),
      });
    }
    if (dtype !== first.dtype) {
      throw new SamesameError('E_DTYPE', {
        what: 'concat needs one element type',
        expected: first.dtype,
        received: dtype,
      });
    }
  }
  return tensors.length === 1 ? first : apply(rule, tensors, { axis: along });
}
