import { type NodeProto, TensorProto_DataType as Type } from 'onnx-buf';
import { type EditableGraph, floatOf } from './editable-graph.ts';

/** Numbers of axes of values, by name. A value that is not in it is not known. */
export type Ranks = ReadonlyMap<string, number>;

/**
 * Rewrites a network for inference without changing what it computes: batch norm and biases go into the convolution or
 * dense layer in front of them, and ReLU goes in front of max pooling, so that it follows the convolution whose 8-bit
 * numbers it cuts off.
 */
export function foldConstants(edit: EditableGraph, ranks: Ranks): void {
  // An output of the graph keeps its node: its name is known outside.
  const each = (isKind: (node: NodeProto) => boolean, fold: (node: NodeProto) => void) => {
    for (const node of [...edit.graph.node]) if (isKind(node) && !edit.isOutput(node.output[0])) fold(node);
  };
  const isOf = (opType: string) => (node: NodeProto) => node.opType === opType;
  each(isOf('Reshape'), (node) => foldReshape(edit, node));
  each(isOf('BatchNormalization'), (node) => foldBatchNorm(edit, node));
  each(isOf('Add'), (node) => foldBias(edit, node));
  each(isOf('Add'), (node) => foldDense(edit, node, ranks));
  each(isClamp, (node) => clampBeforePool(edit, node));
}

/** ReLU, or a cut between constants. */
export function isClamp({ opType }: Pick<NodeProto, 'opType'>): boolean {
  return opType === 'Relu' || opType === 'Clip';
}

/** A reshaped constant is a constant. */
function foldReshape(edit: EditableGraph, node: NodeProto): void {
  const [from, to] = node.input;
  const [data, target] = [edit.floats(from), edit.constant(to)];
  if (data === undefined || target === undefined) return;
  const shape = Array.from(target.data as BigInt64Array, Number);
  // Zeros and −1 mean other lengths; graphs of samesame name every one of a constant.
  if (shape.some((length) => length < 1)) return;
  edit.replaceUses(node.output[0], edit.addConstant(from, Type.FLOAT, shape, data.data));
  edit.remove(node);
}

/** The constant weights of a convolution, with its number of output channels. */
function convolutionOf(edit: EditableGraph, value: string) {
  const conv = edit.producer(value);
  if (conv?.opType !== 'Conv' || edit.soleConsumer(value) === undefined) return undefined;
  const weight = edit.floats(conv.input[1]);
  const bias = conv.input[2] ? edit.floats(conv.input[2]) : undefined;
  if (weight === undefined || (conv.input[2] && bias === undefined)) return undefined;
  return { conv, weight, bias: bias?.data ?? new Float32Array(weight.shape[0]) };
}

/** `s·(w∗x + b − m)/√(v + ε) + t = (w·f)∗x + (b − m)·f + t`, with `f = s/√(v + ε)`. */
function foldBatchNorm(edit: EditableGraph, node: NodeProto): void {
  const found = convolutionOf(edit, node.input[0]);
  const [scale, shift, mean, variance] = node.input.slice(1).map((name) => edit.floats(name)?.data);
  if (!found || !scale || !shift || !mean || !variance) return;
  const { conv, weight, bias } = found;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const factor = Float64Array.from(scale, (s, c) => s / Math.sqrt(variance[c] + epsilon));
  const perChannel = weight.data.length / factor.length;
  const newWeight = weight.data.map((w, i) => w * factor[Math.floor(i / perChannel)]);
  const newBias = bias.map((b, c) => (b - mean[c]) * factor[c] + shift[c]);
  setWeights(edit, conv, newWeight, weight.shape, newBias);
  edit.replaceUses(node.output[0], node.input[0]);
  edit.remove(node);
}

/** A bias behind a convolution, or behind the max pooling that follows it: `max(x) + b = max(x + b)`. */
function foldBias(edit: EditableGraph, node: NodeProto): void {
  const [value, added] = edit.floats(node.input[1]) ? node.input : [...node.input].reverse();
  const addend = edit.floats(added);
  const pool = edit.producer(value);
  const isPooled = pool?.opType === 'MaxPool' && edit.soleConsumer(value) !== undefined;
  const found = convolutionOf(edit, isPooled ? pool.input[0] : value);
  if (addend === undefined || found === undefined) return;
  const { conv, weight, bias } = found;
  const numChannels = bias.length;
  const [rows = 1, columns = 1] = addend.shape.slice(-2);
  const isPerChannel =
    addend.data.length === numChannels && addend.shape.length >= 3 && rows === 1 && columns === 1;
  if (!isPerChannel) return;
  setWeights(
    edit,
    conv,
    weight.data,
    weight.shape,
    bias.map((b, c) => b + addend.data[c]),
  );
  edit.replaceUses(node.output[0], value);
  edit.remove(node);
}

function setWeights(
  edit: EditableGraph,
  conv: NodeProto,
  weight: Float32Array,
  shape: readonly number[],
  bias: Float32Array,
): void {
  const name = conv.input[1];
  const biasName = conv.input[2] || name.replace(/weight$/, 'bias');
  conv.input = [
    conv.input[0],
    edit.writeConstant(name, Type.FLOAT, shape, weight),
    edit.writeConstant(biasName, Type.FLOAT, [bias.length], bias),
  ];
}

/** `x·W + b` as one node, where x is a matrix. */
function foldDense(edit: EditableGraph, node: NodeProto, ranks: Ranks): void {
  const [value, added] = edit.floats(node.input[1]) ? node.input : [...node.input].reverse();
  const matmul = edit.producer(value);
  const bias = edit.floats(added);
  if (matmul?.opType !== 'MatMul' || bias === undefined || edit.soleConsumer(value) === undefined) return;
  const weight = edit.floats(matmul.input[1]);
  const fits =
    ranks.get(matmul.input[0]) === 2 &&
    weight?.shape.length === 2 &&
    bias.data.length === weight.shape[1] &&
    bias.shape.at(-1) === weight.shape[1];
  if (!fits) return;
  const addend =
    bias.shape.length === 1 ? added : edit.addConstant(added, Type.FLOAT, [bias.data.length], bias.data);
  edit.addNode('Gemm', [...matmul.input, addend], {}, { output: node.output[0], before: node });
  edit.remove(node);
  edit.remove(matmul);
}

/** `clamp(max(x)) = max(clamp(x))`, since a clamp never falls. */
function clampBeforePool(edit: EditableGraph, clamp: NodeProto): void {
  const [pooled] = clamp.input;
  const pool = edit.producer(pooled);
  if (pool?.opType !== 'MaxPool' || edit.soleConsumer(pooled) === undefined) return;
  const clamped = edit.freshName(`${clamp.output[0]}_before_pool`);
  const [raw] = pool.input;
  edit.replaceUses(clamp.output[0], pooled);
  clamp.input[0] = raw;
  clamp.output[0] = clamped;
  pool.input[0] = clamped;
  edit.graph.node.splice(edit.graph.node.indexOf(clamp), 1);
  edit.graph.node.splice(edit.graph.node.indexOf(pool), 0, clamp);
}
