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
    return pick(
      value,
      order.map((axis) => value.shape[axis]),
      (place) => {
        const from = new Array<number>(place.length);
        order.forEach((axis, i) => {
          from[axis] = place[i];
        });
        return from;
      },
    );
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
    const shape = value.shape.map((length, i) => (i === axis ? indices.length : length));
    return pick(value, shape, (place) => place.map((index, i) => (i === axis ? indices[index] : index)));
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
  const ends: number[] = [];
  for (const { shape } of values) ends.push((ends.at(-1) ?? 0) + shape[axis]);
  const shape = first.shape.map((length, i) => (i === axis ? ends[ends.length - 1] : length));
  const strides = values.map((value) => stridesOf(value.shape));
  const cells: Dim[] = [];
  forEachPlace(shape, (place) => {
    const part = ends.findIndex((end) => place[axis] < end);
    const start = part === 0 ? 0 : ends[part - 1];
    const offset = place.reduce(
      (sum, index, i) => sum + strides[part][i] * (i === axis ? index - start : index),
      0,
    );
    cells.push(values[part].values[offset]);
  });
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
  return pick(value, shape, (place) =>
    place.slice(missing).map((index, i) => (value.shape[i] === 1 ? 0 : index)),
  );
}

/** A known value of `shape` whose element at a place is that of `value` at `source(place)`. */
function pick(
  value: Known,
  shape: readonly number[],
  source: (place: readonly number[]) => readonly number[],
): Known {
  const strides = stridesOf(value.shape);
  const length = shape.reduce((product, dim) => product * dim, 1);
  const values: Dim[] | Float32Array =
    value.values instanceof Float32Array ? new Float32Array(length) : new Array<Dim>(length);
  let i = 0;
  forEachPlace(shape, (place) => {
    const offset = source(place).reduce((sum, index, axis) => sum + index * strides[axis], 0);
    values[i++] = value.values[offset] as number;
  });
  return { name: '', dtype: value.dtype, shape, values };
}

function forEachPlace(shape: readonly number[], visit: (place: readonly number[]) => void): void {
  const place = shape.map(() => 0);
  for (let left = shape.reduce((product, dim) => product * dim, 1); left > 0; left--) {
    visit(place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis]++;
      if (place[axis] < shape[axis]) break;
      place[axis] = 0;
    }
  }
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
