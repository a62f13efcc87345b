import { type NodeProto, TensorProto_DataType as Type } from 'onnx-buf';
import { SamesameError } from '../base/errors.ts';
import { toFloat16 } from '../base/float16.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { type ImageDims, probeRanks } from './calibrate-ranges.ts';
import { type EditableGraph, editGraph, intOf } from './editable-graph.ts';
import { foldConstants } from './fold-constants.ts';

/** The greatest number of half precision. */
const MAX_HALF = 65504;
/** Inputs of ops that stay float32, by place: the sizes of an image are no part of it. */
const FLOAT_INPUTS: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2] };
const LAYERS = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * An encoder in half precision: constants and everything from the first convolution or dense layer to the last one. Pixels
 * are scaled, and embeddings brought to length 1, in float32; input and output of the file stay as they were.
 * @param encoder bytes of an `encoder.onnx`; they stay as they are
 * @returns ONNX bytes, owned by the caller
 * @throws E_MODEL where there is no convolution or dense layer, or a weight is past what half precision holds; E_RUNTIME
 */
export async function halveEncoder(
  encoder: Uint8Array,
  place: { readonly dims: ImageDims; readonly runtime: Runtime },
): Promise<Uint8Array> {
  const edit = editGraph(encoder);
  const values = edit.graph.node.flatMap(({ output }) => output);
  const floats = await probeRanks(encoder, values, place);
  foldConstants(edit, floats);
  const inside = findInside(edit);
  if (inside.size === 0) {
    throw new SamesameError('E_MODEL', {
      what: 'there is nothing in this network to count in half precision',
      expected: 'convolutions or dense layers',
      received: [...new Set(edit.graph.node.map(({ opType }) => opType))].join(', '),
      help: 'export it as onnx',
    });
  }
  const halves = new Map<string, string>();
  for (const node of [...edit.graph.node]) {
    if (!inside.has(node)) continue;
    if (node.opType === 'Cast' && intOf(node, 'to', Type.FLOAT) === Type.FLOAT)
      for (const entry of node.attribute) if (entry.name === 'to') entry.i = BigInt(Type.FLOAT16);
    for (const [place, name] of node.input.entries()) {
      if (name === '' || FLOAT_INPUTS[node.opType]?.includes(place)) continue;
      const maker = edit.producer(name);
      if (maker !== undefined && inside.has(maker)) continue;
      if (edit.constant(name) === undefined && !floats.has(name)) continue;
      const half = halves.get(name) ?? halfOf(edit, name, node);
      if (half === undefined) continue;
      halves.set(name, half);
      node.input[place] = half;
    }
  }
  for (const node of [...edit.graph.node]) if (inside.has(node)) widenOutputs(edit, node, { inside, floats });
  return edit.toBytes();
}

/** Nodes behind or at a layer, and before or at a layer. */
function findInside(edit: EditableGraph): Set<NodeProto> {
  const { node: nodes } = edit.graph;
  const behind = new Set<string>();
  const isBehind = nodes.map((node) => {
    const found = LAYERS.has(node.opType) || node.input.some((name) => behind.has(name));
    if (found) for (const name of node.output) behind.add(name);
    return found;
  });
  const before = new Set<string>();
  const inside = new Set<NodeProto>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (!LAYERS.has(node.opType) && !node.output.some((name) => before.has(name))) continue;
    for (const name of node.input) before.add(name);
    if (isBehind[i]) inside.add(node);
  }
  return inside;
}

/** The half of a float32 constant or of a value that comes from outside; undefined for numbers of another kind. */
function halfOf(edit: EditableGraph, name: string, before: NodeProto): string | undefined {
  const constant = edit.constant(name);
  if (constant === undefined)
    return edit.addNode('Cast', [name], { to: Type.FLOAT16 }, { base: `${name}_half`, before });
  if (constant.dtype !== 'float32') return undefined;
  const data = constant.data as Float32Array;
  // Bounds that cut nothing off may be as large as float32 goes.
  const isBound = data.length === 1;
  const tooLarge = data.find((value) => Math.abs(value) > MAX_HALF);
  if (tooLarge !== undefined && !isBound) {
    throw new SamesameError('E_MODEL', {
      what: `the constant ${name} does not fit into half precision`,
      expected: `numbers of at most ${MAX_HALF}`,
      received: String(tooLarge),
      help: 'export it as onnx or onnx-int8',
    });
  }
  const bits = toFloat16(data.map((value) => Math.max(-MAX_HALF, Math.min(MAX_HALF, value))));
  return edit.writeConstant(name, Type.FLOAT16, constant.shape, bits);
}

/** Brings what others read back to float32. */
function widenOutputs(
  edit: EditableGraph,
  node: NodeProto,
  {
    inside,
    floats,
  }: { readonly inside: ReadonlySet<NodeProto>; readonly floats: ReadonlyMap<string, unknown> },
): void {
  for (const [place, name] of node.output.entries()) {
    if (!floats.has(name)) continue;
    const outside = edit.consumers(name).filter((consumer) => !inside.has(consumer));
    if (outside.length === 0 && !edit.isOutput(name)) continue;
    const { node: nodes } = edit.graph;
    const after = nodes[nodes.indexOf(node) + 1];
    const half = edit.freshName(`${name}_half`);
    const wide = edit.isOutput(name) ? name : edit.freshName(`${name}_wide`);
    for (const consumer of edit.consumers(name)) {
      const replacement = inside.has(consumer) ? half : wide;
      consumer.input = consumer.input.map((read) => (read === name ? replacement : read));
    }
    node.output[place] = half;
    edit.addNode('Cast', [half], { to: Type.FLOAT }, { output: wide, before: after });
  }
}
