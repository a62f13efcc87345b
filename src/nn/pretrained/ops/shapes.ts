import { productOfDims, splitDim } from '../../../graph/dims.ts';
import { pad } from '../../../graph/ops/pad.ts';
import type { OnnxNode } from '../../../graph/read.ts';
import { type Dim, normalizeAxis, type Shape } from '../../../graph/tensor.ts';
import { concatValues, expandValue, reshapeValue, takeValue, transposeValue } from '../arrange.ts';
import {
  asKnown,
  numberAttribute,
  numbersAttribute,
  numbersOfEither,
  present,
  refuse,
  stringAttribute,
} from '../attributes.ts';
import type { Builder, Translate } from '../builder.ts';
import { resolveReshape } from '../resolve-reshape.ts';
import { isKnown, numbersOf, toTensor, type Value } from '../values.ts';

/** The elements of a known vector of lengths. */
function lengthsOf(value: Value | undefined, name: string): Dim[] {
  return Array.from(asKnown(value, name).values);
}

function axisOf(axis: number, shape: Shape): number {
  return normalizeAxis(axis, shape.length, 'a node');
}

const reshapeNode: Translate = ([x, target], node, builder) => {
  const value = present(x, 'input');
  const planned = builder.planned(node);
  if (planned !== undefined) return reshapeValue(value, planned);
  const shape = target === undefined ? (numbersAttribute(node, 'shape') ?? []) : lengthsOf(target, 'shape');
  const copiesZeros = numberAttribute(node, 'allowzero', 0) === 0;
  const { hasBatchOfOne } = builder;
  return reshapeValue(value, resolveReshape(value.shape, shape, { copiesZeros, hasBatchOfOne }));
};

const flatten: Translate = ([x], node, builder) => {
  const value = present(x, 'input');
  const planned = builder.planned(node);
  if (planned !== undefined) return reshapeValue(value, planned);
  const axis = numberAttribute(node, 'axis', 1);
  const from = axis < 0 ? axis + value.shape.length : axis;
  const parts = [value.shape.slice(0, from), value.shape.slice(from)];
  if (!builder.hasBatchOfOne) return reshapeValue(value, parts.map(productOfDims));
  const single = parts.map((dims) => dims.reduce<number>((product, dim) => product * splitDim(dim).count, 1));
  return reshapeValue(
    value,
    resolveReshape(value.shape, single, { copiesZeros: false, hasBatchOfOne: true }),
  );
};

const squeeze: Translate = ([x, given], node) => {
  const value = present(x, 'input');
  const axes = numbersOfEither(node, 'axes', given)?.map((axis) => axisOf(axis, value.shape));
  const shape: Shape = value.shape;
  for (const axis of axes ?? [])
    refuse(shape[axis] !== 1, `Squeeze of an axis of length ${shape[axis]}`, '1');
  return reshapeValue(
    value,
    shape.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
  );
};

const unsqueeze: Translate = ([x, given], node) => {
  const value = present(x, 'input');
  const axes = numbersOfEither(node, 'axes', given) ?? [];
  const rank = value.shape.length + axes.length;
  const added = axes.map((axis) => normalizeAxis(axis, rank, 'Unsqueeze'));
  const rest: Dim[] = [...value.shape];
  return reshapeValue(
    value,
    Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!)),
  );
};

const transposeNode: Translate = ([x], node) => {
  const value = present(x, 'input');
  const reversed = value.shape.map((_, i) => value.shape.length - 1 - i);
  return transposeValue(value, numbersAttribute(node, 'perm') ?? reversed);
};

/** An axis that is picked from has to have a length that is known. */
function lengthOf(value: Value, axis: number): number {
  const shape: Shape = value.shape;
  refuse(typeof shape[axis] !== 'number', 'picking from the batch', 'each image by itself');
  return Number(shape[axis]);
}

const gatherNode: Translate = ([x, given], node) => {
  const value = present(x, 'input');
  const indices = asKnown(given, 'indices');
  const axis = axisOf(numberAttribute(node, 'axis', 0), value.shape);
  const length = lengthOf(value, axis);
  const taken = takeValue(
    value,
    axis,
    numbersOf(indices).map((index) => (index < 0 ? index + length : index)),
  );
  return reshapeValue(taken, [
    ...value.shape.slice(0, axis),
    ...indices.shape,
    ...value.shape.slice(axis + 1),
  ]);
};

const sliceNode: Translate = ([x, starts, ends, axes, steps], node) => {
  const value = present(x, 'input');
  const from = numbersOfEither(node, 'starts', starts) ?? [];
  const to = numbersOfEither(node, 'ends', ends) ?? [];
  const along = numbersOfEither(node, 'axes', axes) ?? from.map((_, i) => i);
  const by = numbersOfEither(node, 'steps', steps) ?? from.map(() => 1);
  return along.reduce<Value>((part, given, i) => {
    const axis = axisOf(given, part.shape);
    if (isWhole(part.shape[axis], from[i], to[i], by[i])) return part;
    const indices = indicesOf(lengthOf(part, axis), from[i], to[i], by[i]);
    refuse(indices.length === 0 && !isKnown(part), 'an empty slice', 'at least one element');
    return takeValue(part, axis, indices);
  }, value);
};

/** A slice of the whole batch, as exporters write for `x[:, 0]`. */
function isWhole(length: Dim, start: number, end: number, step: number): boolean {
  return typeof length === 'string' && start === 0 && end >= 2 ** 31 - 1 && step === 1;
}

function indicesOf(length: number, start: number, end: number, step: number): number[] {
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const bound = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const [first, last] = [bound(start), bound(end)];
  const indices: number[] = [];
  for (let i = first; step > 0 ? i < last : i > last; i += step) indices.push(i);
  return indices;
}

/** Sizes were an attribute up to operator set 12; from 18 on the number of parts may be one instead. */
const split: Translate = ([x, given], node) => {
  const value = present(x, 'input');
  const axis = axisOf(numberAttribute(node, 'axis', 0), value.shape);
  const length = lengthOf(value, axis);
  const numParts = numberAttribute(node, 'num_outputs', node.outputs.length);
  const even = Math.ceil(length / numParts);
  const sizes =
    numbersOfEither(node, 'split', given) ??
    Array.from({ length: numParts }, (_, i) => Math.min(even, length - i * even));
  let start = 0;
  return sizes.map((size) => {
    const from = start;
    start += size;
    return takeValue(
      value,
      axis,
      Array.from({ length: size }, (_, i) => from + i),
    );
  });
};

/** Beside a batch, a part that is the same for every image (a class token) is repeated for each, and is a weight. */
const concatNode: Translate = (inputs, node, builder) => {
  const values = inputs.map((x) => present(x, 'input'));
  const axis = axisOf(numberAttribute(node, 'axis', 0), values[0].shape);
  if (values.every(isKnown)) return concatValues(values, axis);
  const parts = values.map((value) => builder.weight(value, 'offset'));
  const common = parts[0].shape.map(
    (_, i) => parts.map(({ shape }) => shape[i]).find((dim) => dim !== 1) ?? 1,
  );
  const repeated = parts.map((part) =>
    expandValue(
      part,
      part.shape.map((dim, i) => (i === axis ? dim : common[i])),
      builder.carrier,
    ),
  );
  return concatValues(repeated, axis);
};

const expandNode: Translate = ([x, target], node, builder) =>
  expandWeight(present(x, 'input'), lengthsOf(target, 'shape'), node, builder);

/** Repeating for each image makes a tensor of a weight. */
function expandWeight(value: Value, target: readonly Dim[], node: OnnxNode, builder: Builder): Value {
  const isForEachImage = builder.isForEachImage(node) ?? target.some((dim) => typeof dim === 'string');
  return expandValue(isForEachImage ? builder.weight(value, 'offset') : value, target, builder.carrier);
}

const tile: Translate = ([x, repeats], node, builder) => {
  const value = present(x, 'input');
  const counts = lengthsOf(repeats, 'repeats');
  const shape: Shape = value.shape;
  const target = counts.map((count, axis) => {
    refuse(count !== 1 && shape[axis] !== 1, `Tile of an axis of length ${shape[axis]}`, 'axes of length 1');
    return count === 1 ? shape[axis] : count;
  });
  return expandWeight(value, target, node, builder);
};

/** Counts were an attribute up to operator set 10; from 18 on they may be for a few axes only. */
const padNode: Translate = ([x, given, fill, someAxes], node) => {
  const value = toTensor(present(x, 'input'));
  const mode = stringAttribute(node, 'mode', 'constant');
  refuse(mode !== 'constant', `Pad by ${mode}`, 'constant');
  const rank = value.shape.length;
  const pads = numbersOfEither(node, 'pads', given) ?? [];
  const axes = someAxes === undefined ? value.shape.map((_, i) => i) : numbersOf(asKnown(someAxes, 'axes'));
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    const at = axisOf(axis, value.shape);
    before[at] = pads[i];
    after[at] = pads[i + axes.length];
  });
  const filling =
    fill === undefined ? numberAttribute(node, 'value', 0) : (numbersOf(asKnown(fill, 'value'))[0] ?? 0);
  return pad(value, before, after, filling);
};

export const SHAPES: Readonly<Record<string, Translate>> = {
  Reshape: reshapeNode,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transposeNode,
  Gather: gatherNode,
  Slice: sliceNode,
  Split: split,
  Concat: concatNode,
  Expand: expandNode,
  Tile: tile,
  Pad: padNode,
};
