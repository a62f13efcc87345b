import { SamesameError } from '../../base/errors.ts';
import { apply, type Dim, normalizeAxis, type OpRule, type Shape, type Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { full } from './source.ts';

interface SliceAttributes {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  /** Number of elements kept on each axis. */
  readonly counts: readonly number[];
  readonly steps: readonly number[];
}

const rule: OpRule<SliceAttributes> = {
  name: 'slice',
  infer: ([x], { axes, counts }) => {
    const shape: Dim[] = [...x.shape];
    axes.forEach((axis, i) => {
      shape[axis] = counts[i];
    });
    return { dtype: x.dtype, shape };
  },
  emit: (emitter, [x], { attributes: { axes, starts, counts, steps } }) => {
    const ends = starts.map((start, i) => start + (counts[i] - 1) * steps[i] + 1);
    return emitter.node('Slice', [x, ...[starts, ends, axes, steps].map((values) => emitter.int64s(values))]);
  },
  gradient: (dy, { inputs: [x], attributes: { axes, starts, steps } }) =>
    unslice(dy, x.shape, axes, starts, steps),
};

/**
 * The part of `x` from `starts` (included) to `ends` (excluded) along `axes`, every `steps`-th element.
 * Negative bounds count from the end; ends past the end are cut. Sliced axes must have static lengths.
 * @throws E_SHAPE where a slice would be empty, a step is below 1, or an axis is symbolic
 */
export function slice(
  x: Tensor,
  starts: readonly number[],
  ends: readonly number[],
  options: { readonly axes?: readonly number[]; readonly steps?: readonly number[] } = {},
): Tensor {
  const axes = (options.axes ?? starts.map((_, i) => i)).map((axis) =>
    normalizeAxis(axis, x.shape.length, 'slice'),
  );
  const steps = options.steps ?? starts.map(() => 1);
  const firsts: number[] = [];
  const counts: number[] = [];
  axes.forEach((axis, i) => {
    const length = x.shape[axis];
    const bound = (value: number) =>
      Math.min(Math.max(value < 0 ? value + Number(length) : value, 0), Number(length));
    firsts.push(bound(starts[i]));
    counts.push(Math.ceil((bound(ends[i]) - firsts[i]) / steps[i]));
    if (!(counts[i] >= 1) || !(steps[i] >= 1)) {
      throw new SamesameError('E_SHAPE', {
        what: `slice of axis ${axis} is not possible`,
        expected: 'a static axis, a step of at least 1, and at least one element',
        received: `length ${length}, from ${starts[i]} to ${ends[i]} by ${steps[i]}`,
      });
    }
  });
  const whole = axes.every((axis, i) => counts[i] === x.shape[axis]);
  return whole ? x : apply(rule, [x], { axes, starts: firsts, counts, steps });
}

/** The adjoint of `slice`: `x` laid into zeros of `shape`, at `starts` along `axes`, every `steps`-th element. */
export function unslice(
  x: Tensor,
  shape: Shape,
  axes: readonly number[],
  starts: readonly number[],
  steps: readonly number[],
): Tensor {
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  let spread = x;
  axes.forEach((axis, i) => {
    spread = interleaveZeros(spread, axis, steps[i]);
    before[axis] = starts[i];
    after[axis] = Number(shape[axis]) - starts[i] - Number(spread.shape[axis]);
  });
  return pad(spread, before, after);
}

/** `[…, L, …] → […, (L − 1)·step + 1, …]` with `step − 1` zeros after each element but the last. */
function interleaveZeros(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1 || x.shape[axis] === 1) return x;
  const shape = x.shape as readonly number[];
  const [outer, inner] = [shape.slice(0, axis + 1), shape.slice(axis + 1)];
  const zeros = full([...outer, step - 1, ...inner], 0, x.dtype);
  const widened = concat([reshape(x, [...outer, 1, ...inner]), zeros], axis + 1);
  const length = shape[axis] * step;
  return slice(reshape(widened, [...shape.slice(0, axis), length, ...inner]), [0], [length - step + 1], {
    axes: [axis],
  });
}
