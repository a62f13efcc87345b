import { SamesameError } from '../../base/errors.ts';
import { broadcastShapes } from '../../graph/ops/broadcast.ts';
import { concat } from '../../graph/ops/concat.ts';
import { expandBatch } from '../../graph/ops/expand-batch.ts';
import { gather } from '../../graph/ops/gather.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { slice } from '../../graph/ops/slice.ts';
import { constant } from '../../graph/ops/source.ts';
import { transpose } from '../../graph/ops/transpose.ts';
import { type Dim, describeShape, type Tensor } from '../../graph/tensor.ts';
import { isKnown, type Known, toTensor, type Value } from './values.ts';

// Moving elements about, for tensors of the graph and for values that are known while it is built.

/** The same elements under another shape. */
export function reshapeValue(value: Value, shape: readonly Dim[]): Value {
  if (!isKnown(value)) return reshape(value, shape);
  return { ...value, shape: staticLengths(shape) };
}

/** Axis `i` of the result is axis `order[i]` of `value`. Two transposes after each other become one, or none. */
export function transposeValue(value: Value, order: readonly number[]): Value {
  if (isKnown(value)) {
    const strides = stridesOf(value.shape);
    const shape = order.map((axis) => value.shape[axis]);
    return pick(value, shape, (axis, index) => index * strides[order[axis]]);
  }
  const { rule, inputs, attributes } = value.node;
  if (rule.name !== 'transpose') return transpose(value, order);
  const { permutation } = attributes as { readonly permutation: readonly number[] };
  return transpose(
    inputs[0],
    order.map((axis) => permutation[axis]),
  );
}

/** The elements at `indices` along `axis`; an even run of them is a slice, which has the cheaper gradient. */
export function takeValue(value: Value, axis: number, indices: readonly number[]): Value {
  if (isKnown(value)) {
    const strides = stridesOf(value.shape);
    const shape = value.shape.map((length, i) => (i === axis ? indices.length : length));
    return pick(value, shape, (i, index) => (i === axis ? indices[index] : index) * strides[i]);
  }
  if (indices.length === value.shape[axis] && indices.every((index, i) => index === i)) return value;
  const step = indices.length > 1 ? indices[1] - indices[0] : 1;
  if (step > 0 && indices.every((index, i) => index === indices[0] + i * step)) {
    return slice(value, [indices[0]], [indices[indices.length - 1] + 1], { axes: [axis], steps: [step] });
  }
  return gather(value, constant(BigInt64Array.from(indices, BigInt), [indices.length]), axis);
}

/** Values one after another along `axis`. */
export function concatValues(values: readonly Value[], axis: number): Value {
  if (!values.every(isKnown)) return concat(values.map(toTensor), axis);
  const [first] = values;
  const outer = first.shape.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const sizes = values.map((value) => value.values.length / outer);
  const cells: Dim[] = [];
  for (let row = 0; row < outer; row++) {
    values.forEach((value, part) => {
      for (let i = row * sizes[part]; i < (row + 1) * sizes[part]; i++) cells.push(value.values[i]);
    });
  }
  const length = values.reduce((sum, { shape }) => sum + shape[axis], 0);
  const shape = first.shape.map((dim, i) => (i === axis ? length : dim));
  return { name: '', dtype: first.dtype, shape, values: cells };
}

/** A value repeated along axes of length 1, and along new leading axes, to what it and `shape` broadcast to. */
export function expandValue(value: Value, shape: readonly Dim[], carrier: Tensor): Value {
  const full = broadcastShapes(value.shape, shape, 'Expand');
  if (!isKnown(value) || full.some((dim) => typeof dim !== 'number')) {
    return expandBatch(toTensor(value), full, carrier);
  }
  return broadcastKnown(value, staticLengths(full));
}

/** A known value repeated to `shape`. */
export function broadcastKnown(value: Known, shape: readonly number[]): Known {
  const missing = shape.length - value.shape.length;
  const strides = stridesOf(value.shape);
  return pick(value, shape, (axis, index) => {
    const from = axis - missing;
    return from < 0 || value.shape[from] === 1 ? 0 : index * strides[from];
  });
}

/** A known value of `shape`; `offset(axis, index)` is how far an index along an axis lies into `value`. */
function pick(
  value: Known,
  shape: readonly number[],
  offset: (axis: number, index: number) => number,
): Known {
  const steps = shape.map((length, axis) => Array.from({ length }, (_, index) => offset(axis, index)));
  const length = shape.reduce((product, dim) => product * dim, 1);
  const { values: from } = value;
  const values: Dim[] | Float32Array =
    from instanceof Float32Array ? new Float32Array(length) : new Array<Dim>(length);
  let i = 0;
  const fill = (axis: number, start: number) => {
    if (axis === shape.length) values[i++] = from[start] as number;
    else for (const step of steps[axis]) fill(axis + 1, start + step);
  };
  fill(0, 0);
  return { name: '', dtype: value.dtype, shape, values };
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

function staticLengths(shape: readonly Dim[]): number[] {
  if (shape.every((dim) => typeof dim === 'number')) return shape as number[];
  throw new SamesameError('E_MODEL', {
    what: 'a value that does not depend on the image is given the shape of a batch',
    received: describeShape(shape),
  });
}
