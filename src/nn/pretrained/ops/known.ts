import { productOfDims } from '../../../graph/dims.ts';
import type { DType } from '../../../graph/dtype.ts';
import {
  asKnown,
  numberAttribute,
  numbersAttribute,
  present,
  refuse,
  tensorAttribute,
} from '../attributes.ts';
import type { Translate } from '../builder.ts';
import { isKnown, type Known, knownLengths, knownOf, numberOf, numbersOf } from '../values.ts';

const constantNode: Translate = (_inputs, node) => {
  const tensor = tensorAttribute(node, 'value');
  if (tensor !== undefined) return knownOf('', tensor);
  const { value_float: float, value_int: int } = node.attributes;
  if (typeof float === 'number') return scalarOf('float32', float);
  if (typeof int === 'number') return scalarOf('int64', int);
  const floats = numbersAttribute(node, 'value_floats');
  if (floats !== undefined) return { ...knownLengths(floats), dtype: 'float32' };
  const ints = numbersAttribute(node, 'value_ints');
  refuse(ints === undefined, `a Constant with ${Object.keys(node.attributes).join(', ')}`, 'numbers');
  return knownLengths(ints!);
};

function scalarOf(dtype: DType, value: number): Known {
  return { name: '', dtype, shape: [], values: [value] };
}

/** The shape of any value is known while the graph is built, but for the batch, which goes by its name. */
const shapeNode: Translate = ([x], node) => {
  const { shape } = present(x, 'input');
  const bound = (at: number) => (at < 0 ? at + shape.length : at);
  const [start, end] = [numberAttribute(node, 'start', 0), numberAttribute(node, 'end', shape.length)];
  return knownLengths(shape.slice(bound(start), bound(end)));
};

const size: Translate = ([x]) => ({
  name: '',
  dtype: 'int64',
  shape: [],
  values: [productOfDims(present(x, 'input').shape)],
});

const constantOfShape: Translate = ([x], node) => {
  const shape = numbersOf(asKnown(x, 'shape'));
  const fill = tensorAttribute(node, 'value');
  const length = shape.reduce((product, dim) => product * dim, 1);
  const value = fill === undefined ? 0 : Number(fill.data[0]);
  return { name: '', dtype: fill?.dtype ?? 'float32', shape, values: new Array<number>(length).fill(value) };
};

const range: Translate = ([start, limit, delta]) => {
  const first = asKnown(start, 'start');
  const [from, to, by] = [first, asKnown(limit, 'limit'), asKnown(delta, 'delta')].map(numberOf);
  const length = Math.max(Math.ceil((to - from) / by), 0);
  const values = Array.from({ length }, (_, i) => from + i * by);
  return { name: '', dtype: first.dtype, shape: [length], values };
};

const same: Translate = ([x]) => present(x, 'input');

/** Dropout, its mask unused, leaves things as they are outside of training. */
const dropout: Translate = ([x, , mode]) => {
  const trains = mode !== undefined && isKnown(mode) && numbersOf(mode)[0] !== 0;
  refuse(trains, 'a Dropout that is on', 'an inference graph');
  return present(x, 'input');
};

export const KNOWN: Readonly<Record<string, Translate>> = {
  Constant: constantNode,
  Shape: shapeNode,
  Size: size,
  ConstantOfShape: constantOfShape,
  Range: range,
  Identity: same,
  Dropout: dropout,
};
