import { type NodeProto, TensorProto_DataType as Type } from 'onnx-buf';
import { SamesameError } from '../base/errors.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { calibrateRanges, type ImageBatches, type ImageDims, probeRanks } from './calibrate-ranges.ts';
import { type EditableGraph, editGraph, floatOf, intOf } from './editable-graph.ts';
import { foldConstants, isClamp } from './fold-constants.ts';
import { type Affine, affineOf, quantizeWeights, type WeightBits } from './quantize-weights.ts';

/** An encoder in 8 bits, and how much of it is. */
export interface QuantizedEncoder {
  readonly encoder: Uint8Array;
  /** Convolutions and dense layers that count in 8 bits. */
  readonly numQuantized: number;
  /** Convolutions and dense layers there are. */
  readonly numLayers: number;
}

export interface QuantizeOptions {
  readonly dims: ImageDims;
  /** Images that show how large the activations become; labels are not needed. */
  readonly images: ImageBatches;
  /** Default 8: 7 more than doubled the distance to the float32 embeddings of MobileNetV2. */
  readonly weightBits?: WeightBits;
  readonly runtime: Runtime;
}

/**
 * Quantises an encoder: weights to int8, each output channel with a scale of its own; activations to uint8, with the range
 * that images show. Input and output of the file stay as they were.
 *
 * Written as `QuantizeLinear` and `DequantizeLinear` around ONNX's own ops, which any ONNX runtime can run, and which ONNX
 * Runtime fuses to 8-bit kernels. What follows the last layer (the scaling to length 1) stays in float32.
 * @param encoder bytes of an `encoder.onnx`; they stay as they are
 * @returns ONNX bytes, owned by the caller
 * @throws E_MODEL where there is no convolution or dense layer with constant weights; E_RUNTIME
 * @source Jacob et al. 2018, "Quantization and training of neural networks for efficient integer-arithmetic-only inference"
 */
export async function quantizeEncoder(
  encoder: Uint8Array,
  { dims, images, weightBits: bits = 8, runtime }: QuantizeOptions,
): Promise<QuantizedEncoder> {
  const edit = editGraph(encoder);
  const values = edit.graph.node.flatMap(({ output }) => output);
  foldConstants(edit, await probeRanks(encoder, values, { dims, runtime }));
  const layers = edit.graph.node.filter(isLayer);
  const quantizable = new Set(layers.filter((node) => canQuantize(edit, node)));
  if (quantizable.size === 0) {
    throw new SamesameError('E_MODEL', {
      what: 'there is nothing in this network that can be quantised',
      expected: 'convolutions or dense layers with constant weights',
      received: [...new Set(edit.graph.node.map(({ opType }) => opType))].join(', '),
      help: 'export it as onnx or onnx-fp16',
    });
  }
  const plan = planValues(edit, quantizable);
  const folded = edit.toBytes();
  const ranges = await calibrateRanges(folded, [...new Set(plan.values())], images, { dims, runtime });
  const affines = new Map(Array.from(plan, ([value, like]) => [value, affineOf(ranges.get(like)!)] as const));
  for (const [value, affine] of affines) dropClamp(edit, value, affine);
  for (const node of quantizable) quantizeLayer(edit, node, { input: affines.get(node.input[0])!, bits });
  for (const [value, affine] of affines) quantizeValue(edit, value, affine);
  return { encoder: edit.toBytes(), numQuantized: quantizable.size, numLayers: layers.length };
}

function isLayer({ opType }: NodeProto): boolean {
  return opType === 'Conv' || opType === 'Gemm' || opType === 'MatMul';
}

/** Whether the weights are constant and the op is of the form that has an 8-bit kernel. */
function canQuantize(edit: EditableGraph, node: NodeProto): boolean {
  const weight = edit.floats(node.input[1]);
  if (weight === undefined || edit.floats(node.input[0]) !== undefined) return false;
  if (node.input[2] && edit.floats(node.input[2]) === undefined) return false;
  if (node.opType === 'Conv') return weight.shape.length === 4;
  if (weight.shape.length !== 2) return false;
  if (node.opType === 'MatMul') return true;
  const isPlain = floatOf(node, 'alpha', 1) === 1 && floatOf(node, 'beta', 1) === 1;
  return isPlain && intOf(node, 'transA', 0) === 0 && intOf(node, 'transB', 0) === 0;
}

/** Greatest size of a bias as a sum: half of what 32 bits hold, so that products can be added to it. */
const MAX_BIAS = 2 ** 30;
/** Ops that move numbers without changing them: what comes out has the range of what goes in. */
const MOVES = new Set(['MaxPool', 'Reshape', 'Transpose', 'Flatten', 'Squeeze', 'Unsqueeze']);
/** Ops between activations that have an 8-bit kernel of their own. */
const COMBINES = new Set(['Add', 'GlobalAveragePool', 'AveragePool', 'Concat']);

/**
 * The values to write in 8 bits, in the order in which they are computed, each with the value whose range it has: its own,
 * or that of what a moving op moved.
 */
function planValues(edit: EditableGraph, layers: ReadonlySet<NodeProto>): Map<string, string> {
  const feeds = new Set(Array.from(layers, ({ input }) => input[0]));
  const plan = new Map<string, string>();
  const source = edit.graph.input[0].name;
  const written = (value: string) => {
    const consumer = edit.soleConsumer(value);
    return consumer !== undefined && isClamp(consumer) ? consumer.output[0] : value;
  };
  for (const node of edit.graph.node) {
    const [output] = node.output;
    const activations = node.input.filter((name) => name !== '' && edit.constant(name) === undefined);
    const areIn = activations.length > 0 && activations.every((name) => plan.has(name));
    if (layers.has(node)) {
      // A dense layer can give float32 out; a convolution in 8 bits has no such form.
      if (node.opType === 'Conv' || feeds.has(written(output))) plan.set(written(output), written(output));
    } else if (MOVES.has(node.opType) && areIn) {
      plan.set(output, plan.get(activations[0])!);
    } else if (COMBINES.has(node.opType) && areIn && activations.length === node.input.length) {
      plan.set(written(output), written(output));
    } else if (feeds.has(output) && !plan.has(output)) {
      plan.set(output, output);
    }
  }
  plan.delete(source);
  return plan;
}

/** A clamp is left out where the levels of its output end where it would cut: rounding to them cuts as well. */
function dropClamp(edit: EditableGraph, value: string, { zeroPoint }: Affine): void {
  const clamp = edit.producer(value);
  if (clamp === undefined || !isClamp(clamp) || zeroPoint !== 0) return;
  const low = clamp.opType === 'Relu' ? 0 : edit.floats(clamp.input[1])?.data[0];
  const maker = edit.producer(clamp.input[0]);
  if (low !== 0 || maker === undefined || edit.soleConsumer(clamp.input[0]) === undefined) return;
  maker.output[maker.output.indexOf(clamp.input[0])] = value;
  edit.remove(clamp);
}

function quantizeLayer(
  edit: EditableGraph,
  node: NodeProto,
  { input, bits }: { readonly input: Affine; readonly bits: WeightBits },
): void {
  const [, weightName, biasName] = node.input;
  const weight = edit.floats(weightName)!;
  const axis = node.opType === 'Conv' ? 0 : 1;
  const bias = biasName ? edit.floats(biasName)! : undefined;
  // Sums of 32 bits have to hold the bias: a channel of tiny weights gets coarser steps where its bias asks for it.
  const leastScales = bias?.data.map((value) => Math.abs(value) / (MAX_BIAS * input.scale));
  const { data, scales } = quantizeWeights(weight.data, weight.shape, axis, { bits, leastScales });
  const toFloat = (constant: Constant) => dequantized(edit, node, constant);
  node.input[1] = toFloat({ name: weightName, type: Type.INT8, shape: weight.shape, data, scales, axis });
  if (bias === undefined) return;
  const biasScales = scales.map((value) => value * input.scale);
  const sums = Int32Array.from(bias.data, (value, c) => Math.round(value / biasScales[c]));
  node.input[2] = toFloat({
    name: biasName!,
    type: Type.INT32,
    shape: bias.shape,
    data: sums,
    scales: biasScales,
    axis: 0,
  });
}

interface Constant {
  readonly name: string;
  readonly type: Type.INT8 | Type.INT32;
  readonly shape: readonly number[];
  readonly data: Int8Array | Int32Array;
  readonly scales: Float32Array;
  /** Of `shape`, that the scales lie along. */
  readonly axis: number;
}

/** Replaces a constant by its whole numbers, and gives the name of the value that brings them back. */
function dequantized(edit: EditableGraph, before: NodeProto, constant: Constant): string {
  const { type, shape, data, scales, axis } = constant;
  const base = constant.name.replaceAll('/', '.');
  const count = scales.length;
  // Zeros that the op would assume anyway: without them ONNX Runtime does not fuse a dense layer.
  const zeros = type === Type.INT8 ? new Int8Array(count) : new Int32Array(count);
  const inputs = [
    edit.writeConstant(constant.name, type, shape, data),
    edit.addConstant(`${base}.scale`, Type.FLOAT, [count], scales),
    edit.addConstant(`${base}.zero`, type, [count], zeros),
  ];
  return edit.addNode('DequantizeLinear', inputs, { axis }, { base: `${base}.float`, before });
}

/** Puts a value into 8 bits and back, for all its readers. */
function quantizeValue(edit: EditableGraph, value: string, { scale, zeroPoint }: Affine): void {
  const { node: nodes } = edit.graph;
  const after = nodes[nodes.indexOf(edit.producer(value)!) + 1];
  const base = value.replaceAll('/', '.');
  const parameters = [
    edit.addConstant(`${base}.scale`, Type.FLOAT, [], Float32Array.of(scale)),
    edit.addConstant(`${base}.zero`, Type.UINT8, [], Uint8Array.of(zeroPoint)),
  ];
  const float = edit.freshName(`${base}.float`);
  edit.replaceUses(value, float);
  const levels = edit.addNode(
    'QuantizeLinear',
    [value, ...parameters],
    {},
    { base: `${base}.levels`, before: after },
  );
  edit.addNode('DequantizeLinear', [levels, ...parameters], {}, { output: float, before: after });
}
