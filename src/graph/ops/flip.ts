import { apply, normalizeAxis, type OpRule, type Tensor } from '../tensor.ts';

const INT64_MIN = -(2 ** 53);

const rule: OpRule<{ readonly axes: readonly number[] }> = {
  name: 'flip',
  infer: ([x]) => x,
  emit: (emitter, [x], { attributes: { axes } }) => {
    const all = (value: number) => emitter.int64s(axes.map(() => value));
    return emitter.node('Slice', [x, all(-1), all(INT64_MIN), emitter.int64s(axes), all(-1)]);
  },
  gradient: (dy, { attributes: { axes } }) => flip(dy, axes),
};

/** `x` with the order of its elements reversed along `axes`. */
export function flip(x: Tensor, axes: readonly number[]): Tensor {
  return apply(rule, [x], { axes: axes.map((axis) => normalizeAxis(axis, x.shape.length, 'flip')) });
}
