import { constant } from '../../../graph/ops/source.ts';
import type { OnnxNode } from '../../../graph/read.ts';
import {
  apply,
  type Dim,
  type OnnxAttributes,
  type OpRule,
  type Shape,
  type Tensor,
} from '../../../graph/tensor.ts';
import { asKnown, numberAttribute, present, refuse, stringAttribute } from '../attributes.ts';
import type { Translate } from '../builder.ts';
import { numbersOf, toTensor } from '../values.ts';

interface OpaqueAttributes {
  readonly opType: string;
  readonly attributes: OnnxAttributes;
  readonly shape: Shape;
  /** For each input of the node its place among the tensors; −1 where it is left out. */
  readonly places: readonly number[];
}

/** A node that is written as it stands in the file: it runs, but has no gradient. */
const rule: OpRule<OpaqueAttributes> = {
  name: 'onnxNode',
  infer: ([x], { shape }) => ({ dtype: x.dtype, shape }),
  emit: (emitter, inputs, { attributes: { opType, attributes, places } }) =>
    emitter.node(
      opType,
      places.map((place) => (place < 0 ? '' : inputs[place])),
      attributes,
    ),
  gradient: 'none',
};

/** Attributes that are floats, though their value may be whole. */
const FLOATS = ['alpha', 'beta', 'gamma', 'epsilon', 'lambd', 'bias', 'cubic_coeff_a', 'extrapolation_value'];

function opaque(
  opType: string,
  inputs: readonly (Tensor | undefined)[],
  node: OnnxNode,
  shape: Shape,
  changes: OnnxAttributes = {},
): Tensor {
  const given = Object.entries(node.attributes).map(([name, value]) => [
    name,
    FLOATS.includes(name) ? { float: value } : value,
  ]);
  const attributes = { ...Object.fromEntries(given), ...changes } as OnnxAttributes;
  const tensors = inputs.filter((x) => x !== undefined);
  const places = inputs.map((x) => (x === undefined ? -1 : tensors.indexOf(x)));
  return apply(rule, tensors, { opType, attributes, shape, places });
}

const sameShape: Translate = (inputs, node) => {
  const tensors = inputs.map((x) => (x === undefined ? undefined : toTensor(x)));
  return opaque(node.opType, tensors, node, toTensor(present(inputs[0], 'input')).shape);
};

/** By scales or sizes; operator set 10 had no region of interest, Upsample was its name before that. */
const resize: Translate = (inputs, node, { opset }) => {
  const isOld = node.opType === 'Upsample' || opset < 11;
  const [x, , scales, sizes] = isOld ? [inputs[0], undefined, inputs[1], undefined] : inputs;
  refuse(numberAttribute(node, 'antialias', 0) !== 0, 'Resize with antialias', 'operator set 17');
  refuse('axes' in node.attributes, 'Resize of some axes', 'operator set 17');
  refuse(
    stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch',
    'Resize that keeps the aspect ratio',
    'operator set 17',
  );
  const value = toTensor(present(x, 'input'));
  const hasScales = scales !== undefined && asKnown(scales, 'scales').values.length > 0;
  const factors = hasScales ? numbersOf(asKnown(scales, 'scales')) : [];
  const lengths = hasScales ? [] : Array.from(asKnown(sizes, 'sizes').values);
  const shape = value.shape.map((dim, i): Dim => {
    if (!hasScales) return i < 2 ? dim : lengths[i];
    refuse(typeof dim === 'string' && factors[i] !== 1, 'Resize of the batch');
    return typeof dim === 'string' ? dim : Math.floor(dim * factors[i]);
  });
  // Sizes would name the batch; scales need not.
  const byAxis = hasScales
    ? factors
    : shape.map((dim, i) => (i < 2 ? 1 : factorTo(Number(dim), Number(value.shape[i]))));
  const old = isOld ? { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' } : {};
  const inputsNow = [value, undefined, constant(Float32Array.from(byAxis), [byAxis.length])];
  return opaque('Resize', inputsNow, node, shape, { ...old, keep_aspect_ratio_policy: undefined });
};

/** The float32 by which `from` becomes `to` when it is multiplied and rounded down. */
function factorTo(to: number, from: number): number {
  const factor = Math.fround(to / from);
  return Math.floor(Math.fround(factor * from)) < to ? Math.fround(factor * (1 + 2 ** -23)) : factor;
}

const blocks = (toDepth: boolean): Translate => {
  return ([x], node) => {
    const value = toTensor(present(x, 'input'));
    const size = numberAttribute(node, 'blocksize', 1);
    const [numImages, channels, height, width] = value.shape;
    const factor = toDepth ? 1 / size : size;
    const shape = [
      numImages,
      Number(channels) / factor ** 2,
      Number(height) * factor,
      Number(width) * factor,
    ];
    return opaque(node.opType, [value], node, shape);
  };
};

/** Nodes that pass through a frozen part as they are, with the rule of their shape. */
export const OPAQUE: Readonly<Record<string, Translate>> = {
  Celu: sameShape,
  Ceil: sameShape,
  Floor: sameShape,
  Round: sameShape,
  Hardmax: sameShape,
  LRN: sameShape,
  LpNormalization: sameShape,
  MeanVarianceNormalization: sameShape,
  Shrink: sameShape,
  Sign: sameShape,
  ThresholdedRelu: sameShape,
  Resize: resize,
  Upsample: resize,
  DepthToSpace: blocks(false),
  SpaceToDepth: blocks(true),
};
