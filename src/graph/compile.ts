import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
} from 'onnx-buf';
import { SamesameError } from '../base/errors.ts';
import { type DType, ONNX_TYPE, type TensorData } from './dtype.ts';
import { nodesBelow } from './gradients.ts';
import { BLOCKED_DOMAIN } from './ops/blocked.ts';
import { inputRule } from './ops/source.ts';
import type { Emitter, Node, OnnxAttributes, OpRule, Tensor, TensorType } from './tensor.ts';
import { valueInfo } from './value-info.ts';

/** The ONNX operator set that every graph is written for: the newest that all runtimes in use know well. */
export const OPSET = 17;

export interface CompileOptions {
  /** Values that are fed under their own name: `input(...)` tensors that the outputs depend on are found by themselves. */
  readonly name?: string;
  /** Constants to write in place of inputs: a trained network carries its parameters so. */
  readonly bind?: ReadonlyMap<Tensor, TensorData>;
  /**
   * Writes convolutions for ONNX Runtime's blocked layout of this many channels, as `findConvBlock` found it: faster, but
   * the file then runs only where it was found. Default: plain ONNX.
   */
  readonly convBlock?: number;
  /** Entries of the file's `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A compiled graph: ONNX bytes and the types of what goes in and comes out. */
export interface CompiledGraph {
  readonly bytes: Uint8Array;
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
}

/**
 * Compiles tensors to the bytes of an ONNX model. Only what the outputs need is written, equal subexpressions once.
 * The same graph gives the same bytes.
 * @param outputs the results by name
 * @throws E_GRAPH where two inputs share a name, or there is no output
 */
export function compile(
  outputs: Readonly<Record<string, Tensor>>,
  options: CompileOptions = {},
): CompiledGraph {
  const writer = new GraphWriter(options.bind ?? new Map(), options.convBlock);
  const entries = Object.entries(outputs);
  if (entries.length === 0) {
    throw new SamesameError('E_GRAPH', { what: 'a graph needs at least one output' });
  }
  writer.reserve(entries);
  for (const [name, tensor] of entries) writer.output(name, tensor);

  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'samesame',
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(OPSET) }),
      ...[...writer.domains]
        .sort()
        .map((domain) => create(OperatorSetIdProtoSchema, { domain, version: 1n })),
    ],
    graph: writer.graph(options.name ?? 'samesame'),
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  });
  return { bytes: toBinary(ModelProtoSchema, model), inputs: writer.inputTypes, outputs: writer.outputTypes };
}

/** Turns tensors into named ONNX values, sharing equal ones. */
class GraphWriter implements Emitter {
  readonly convBlock: number | undefined;
  readonly domains = new Set<string>();
  readonly inputTypes: Record<string, TensorType> = {};
  readonly outputTypes: Record<string, TensorType> = {};
  readonly #bind: ReadonlyMap<Tensor, TensorData>;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #names = new Map<Node, string>();
  readonly #reserved = new Set<string>();
  readonly #inputNodes = new Map<string, Node>();
  readonly #constants = new Map<string, string>();
  readonly #shared = new Map<string, string>();
  /** The blocked form of images, by name. */
  readonly #blocks = new Map<string, string>();
  /** Convolutions in blocks, by the name of what they make. */
  readonly #blockedConvs = new Map<string, { inputs: readonly string[]; attributes: OnnxAttributes }>();
  /** How many nodes and outputs read what a node makes. */
  readonly #numReaders = new Map<Node, number>();

  constructor(bind: ReadonlyMap<Tensor, TensorData>, convBlock: number | undefined) {
    this.#bind = bind;
    this.convBlock = convBlock;
  }

  /** Keeps the names of inputs and outputs, which are given from outside, for them, and counts who reads what. */
  reserve(outputs: readonly (readonly [string, Tensor])[]): void {
    for (const [name] of outputs) this.#reserved.add(name);
    const read = ({ node }: Tensor) => this.#numReaders.set(node, (this.#numReaders.get(node) ?? 0) + 1);
    for (const [, tensor] of outputs) read(tensor);
    for (const { rule, attributes, inputs } of nodesBelow(...outputs.map(([, tensor]) => tensor))) {
      if (rule === inputRule) this.#reserved.add((attributes as { name: string }).name);
      for (const tensor of inputs) read(tensor);
    }
  }

  output(name: string, tensor: Tensor): void {
    for (const node of nodesBelow(tensor)) this.#value(node);
    this.#nodes.push(this.#node('Identity', [this.#names.get(tensor.node)!], name));
    this.#outputs.push(valueInfo(name, tensor));
    this.outputTypes[name] = { dtype: tensor.dtype, shape: tensor.shape };
  }

  graph(name: string): GraphProto {
    return create(GraphProtoSchema, {
      name,
      node: usedNodes(this.#nodes, this.#outputs),
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    });
  }

  node(opType: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain = ''): string {
    const key = JSON.stringify([domain, opType, inputs, attributes]);
    const former = this.#shared.get(key);
    if (former !== undefined) return former;
    const name = this.#free(`${opType}_${this.#nodes.length}`);
    this.#nodes.push(this.#node(opType, inputs, name, attributes, domain));
    this.#shared.set(key, name);
    if (opType === 'Conv' && domain === BLOCKED_DOMAIN) this.#blockedConvs.set(name, { inputs, attributes });
    return name;
  }

  constant(dtype: DType, shape: readonly number[], data: TensorData): string {
    const key = data.length <= 64 ? `${dtype}${JSON.stringify(shape)}${data.join()}` : undefined;
    const former = key === undefined ? undefined : this.#constants.get(key);
    if (former !== undefined) return former;
    const name = this.#free(`const_${this.#initializers.length}`);
    this.#initialize(name, dtype, shape, data);
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  int64s(values: readonly number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  isBlocked(image: string): boolean {
    return this.#blocks.has(image);
  }

  toBlocks(image: string): string {
    const known = this.#blocks.get(image);
    if (known !== undefined) return known;
    const blocks = this.node('ReorderInput', [image], { channels_last: 0 }, BLOCKED_DOMAIN);
    this.#blocks.set(image, blocks);
    return blocks;
  }

  fromBlocks(blocks: string, channels: number): string {
    const image = this.node('ReorderOutput', [blocks], { channels, channels_last: 0 }, BLOCKED_DOMAIN);
    // Channels that fill no block would need zeros after them, which elementwise ops do not leave.
    if (channels % this.convBlock! === 0) this.#blocks.set(image, blocks);
    return image;
  }

  alsoInBlocks(image: string, blocks: string): void {
    this.#blocks.set(image, blocks);
  }

  withActivation(image: string, tensor: Tensor, attributes: OnnxAttributes): string | undefined {
    const conv = this.#blockedConvs.get(this.#blocks.get(image) ?? '');
    if (conv === undefined || this.#numReaders.get(tensor.node) !== 1) return undefined;
    const blocks = this.node('Conv', conv.inputs, { ...conv.attributes, ...attributes }, BLOCKED_DOMAIN);
    return this.fromBlocks(blocks, Number(tensor.shape[1]));
  }

  #free(name: string): string {
    return this.#reserved.has(name) ? this.#free(`${name}_`) : name;
  }

  /** The name of a node's output, emitting the node where this is its first use. Its inputs have names already. */
  #value(node: Node): string {
    const known = this.#names.get(node);
    if (known !== undefined) return known;
    const name = this.#emit(node);
    this.#names.set(node, name);
    return name;
  }

  #emit(node: Node): string {
    const { rule } = node;
    if (rule === (inputRule as OpRule<unknown>)) return this.#input(node);
    const composed = rule.compose?.(node.inputs, node.attributes, this);
    if (composed !== undefined) {
      for (const inner of nodesBelow(composed)) this.#value(inner);
      return this.#names.get(composed.node)!;
    }
    const inputs = node.inputs.map((x) => this.#names.get(x.node)!);
    return rule.emit!(this, inputs, node);
  }

  #input(node: Node): string {
    const { name, dtype } = node.attributes as { name: string; dtype: DType };
    if (this.#inputNodes.has(name)) {
      throw new SamesameError('E_GRAPH', { what: `two inputs of the graph are named ${name}` });
    }
    this.#inputNodes.set(name, node);
    const data = this.#bind.get(node.output);
    if (data !== undefined) {
      this.#initialize(name, dtype, node.output.shape as number[], data);
    } else {
      this.#inputs.push(valueInfo(name, node.output));
      this.inputTypes[name] = { dtype, shape: node.output.shape };
    }
    return name;
  }

  #initialize(name: string, dtype: DType, shape: readonly number[], data: TensorData): void {
    const rawData = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    const dims = shape.map(BigInt);
    this.#initializers.push(create(TensorProtoSchema, { name, dataType: ONNX_TYPE[dtype], dims, rawData }));
  }

  #node(
    opType: string,
    inputs: readonly string[],
    output: string,
    attributes: OnnxAttributes = {},
    domain = '',
  ) {
    if (domain !== '') this.domains.add(domain);
    const attribute = Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [attributeProto(name, value)],
    );
    return create(NodeProtoSchema, {
      name: output,
      opType,
      domain,
      input: [...inputs],
      output: [output],
      attribute,
    });
  }
}

/** The nodes that outputs need: an op in blocks also writes its plain form, which often nobody reads. */
function usedNodes(nodes: readonly NodeProto[], outputs: readonly ValueInfoProto[]): NodeProto[] {
  const needed = new Set(outputs.map(({ name }) => name));
  const used: NodeProto[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.output.some((name) => needed.has(name))) continue;
    used.push(node);
    for (const name of node.input) needed.add(name);
  }
  return used.reverse();
}

function attributeProto(name: string, value: Exclude<OnnxAttributes[string], undefined>): AttributeProto {
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  if ('float' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  }
  if ('floats' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...value.floats] });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
