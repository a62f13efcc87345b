import { SamesameError } from '../../base/errors.ts';
import { createArray } from '../dtype.ts';
import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { slice } from './slice.ts';

interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

const rule: OpRule<PadAttributes> = {
  name: 'pad',
  infer: ([x], { before, after }) => ({
    dtype: x.dtype,
    shape: x.shape.map((dim, i) => (before[i] + after[i] === 0 ? dim : Number(dim) + before[i] + after[i])),
  }),
  emit: (emitter, [x], { inputs, attributes: { before, after, value } }) => {
    const { dtype } = inputs[0];
    const fill = createArray(dtype, 1);
    if (!(fill instanceof BigInt64Array)) fill[0] = value;
    return emitter.node('Pad', [x, emitter.int64s([...before, ...after]), emitter.constant(dtype, [], fill)]);
  },
  gradient: (dy, { inputs: [x], attributes: { before } }) => {
    const ends = before.map((start, i) => start + Number(x.shape[i]));
    return slice(dy, before, ends);
  },
};

/**
 * Zeros (or another `value`) around `x`: `before[i]` and `after[i]` of them on axis `i`. Padded axes must have static lengths.
 * @throws E_SHAPE where there is not one count for each axis, or a count is negative
 */
export function pad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  const counts = [...before, ...after];
  const symbolic = x.shape.some((dim, i) => typeof dim === 'string' && before[i] + after[i] > 0);
  if (counts.length !== 2 * x.shape.length || counts.some((count) => !(count >= 0)) || symbolic) {
    throw new SamesameError('E_SHAPE', {
      what: 'pad needs a count of at least 0 before and after each axis, and static padded axes',
      expected: `${x.shape.length} counts each`,
      received: `before [${before.join(', ')}], after [${after.join(', ')}]`,
    });
  }
  return counts.every((count) => count === 0) ? x : apply(rule, [x], { before, after, value });
}
