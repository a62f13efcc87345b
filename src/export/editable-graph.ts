import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf';
import { SamesameError } from '../base/errors.ts';
import { type OnnxTensor, readTensor } from '../graph/read-tensor.ts';

/** A value of an attribute that an edit writes. */
export type EditAttribute = number | readonly number[];

/** The nodes and constants of an ONNX file, to be changed in place. Values are referred to by name. */
export interface EditableGraph {
  readonly graph: GraphProto;
  readonly model: ModelProto;
  /** The constant of that name; undefined for anything else. */
  constant(name: string): OnnxTensor | undefined;
  /** The constant of that name as float32 numbers; undefined for anything else. */
  floats(name: string): { readonly shape: readonly number[]; readonly data: Float32Array } | undefined;
  /** The node that makes a value; undefined for inputs and constants. */
  producer(name: string): NodeProto | undefined;
  consumers(name: string): NodeProto[];
  /** The only node that reads a value; undefined where there are more, or where it is an output of the graph. */
  soleConsumer(name: string): NodeProto | undefined;
  isOutput(name: string): boolean;
  /** A name that nothing has yet. */
  freshName(base: string): string;
  /** Adds a constant. @param type ONNX's code. @returns its name */
  addConstant(base: string, type: number, shape: readonly number[], data: ArrayBufferView): string;
  /** As `addConstant`, in place of the constant of that name where at most one node reads it. @returns its name */
  writeConstant(name: string, type: number, shape: readonly number[], data: ArrayBufferView): string;
  /** Adds a node in front of `before`, or last. @returns the name of its output */
  addNode(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, EditAttribute>>,
    place: { readonly output?: string; readonly base?: string; readonly before?: NodeProto },
  ): string;
  remove(node: NodeProto): void;
  /** Makes every reader of `from` read `to`. Outputs of the graph keep their names. */
  replaceUses(from: string, to: string): void;
  /** The file without nodes and constants that no output needs. @returns ONNX bytes, owned by the caller */
  toBytes(metadata?: Readonly<Record<string, string>>): Uint8Array;
}

/** Opens an ONNX file for changes; the bytes stay as they are. @throws E_MODEL where it has no graph */
export function editGraph(bytes: Uint8Array): EditableGraph {
  const model = fromBinary(ModelProtoSchema, bytes);
  const { graph } = model;
  if (graph === undefined) {
    throw new SamesameError('E_MODEL', {
      what: 'an ONNX file without a graph cannot be exported',
      expected: 'the encoder.onnx of a model',
      received: `${bytes.length} bytes`,
    });
  }
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const names = new Set([
    ...constants.keys(),
    ...graph.input.map(({ name }) => name),
    ...graph.node.flatMap(({ output }) => output),
  ]);
  const isOutput = (name: string) => graph.output.some((output) => output.name === name);
  const freshName = (base: string) => {
    let name = base;
    for (let i = 2; names.has(name); i++) name = `${base}_${i}`;
    names.add(name);
    return name;
  };
  const constant = (name: string) => {
    const tensor = constants.get(name);
    return tensor && readTensor(tensor);
  };
  const consumers = (name: string) => graph.node.filter(({ input }) => input.includes(name));

  const addConstant = (base: string, type: number, shape: readonly number[], data: ArrayBufferView) => {
    const tensor = constantOf(freshName(base), type, shape, data);
    graph.initializer.push(tensor);
    constants.set(tensor.name, tensor);
    return tensor.name;
  };

  return {
    graph,
    model,
    constant,
    floats(name) {
      const found = constant(name);
      return found?.dtype === 'float32'
        ? { shape: found.shape, data: found.data as Float32Array }
        : undefined;
    },
    producer: (name) => graph.node.find(({ output }) => output.includes(name)),
    consumers,
    soleConsumer(name) {
      const found = consumers(name);
      return found.length === 1 && !isOutput(name) ? found[0] : undefined;
    },
    isOutput,
    freshName,
    addConstant,
    writeConstant(name, type, shape, data) {
      const former = constants.get(name);
      const numReaders = graph.node.reduce(
        (count, { input }) => count + input.filter((read) => read === name).length,
        0,
      );
      if (former === undefined || numReaders > 1) return addConstant(name, type, shape, data);
      const tensor = constantOf(name, type, shape, data);
      graph.initializer[graph.initializer.indexOf(former)] = tensor;
      constants.set(name, tensor);
      return name;
    },
    addNode(opType, inputs, attributes, { output, base = opType, before }) {
      const name = output ?? freshName(base);
      names.add(name);
      // Without a name of its own: values may be renamed later, and two nodes of one name are an error.
      const node = create(NodeProtoSchema, {
        opType,
        input: [...inputs],
        output: [name],
        attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
      });
      const at = before === undefined ? graph.node.length : graph.node.indexOf(before);
      graph.node.splice(at, 0, node);
      return name;
    },
    remove: (node) => void graph.node.splice(graph.node.indexOf(node), 1),
    replaceUses(from, to) {
      for (const { input } of graph.node) {
        for (const [i, name] of input.entries()) if (name === from) input[i] = to;
      }
    },
    toBytes(metadata = {}) {
      prune(graph);
      for (const [key, value] of Object.entries(metadata)) {
        model.metadataProps = model.metadataProps.filter((entry) => entry.key !== key);
        model.metadataProps.push(create(StringStringEntryProtoSchema, { key, value }));
      }
      return toBinary(ModelProtoSchema, model);
    },
  };
}

/** A stored tensor of these numbers, little-endian as every machine that this runs on. */
export function constantOf(
  name: string,
  dataType: number,
  shape: readonly number[],
  { buffer, byteOffset, byteLength }: ArrayBufferView,
): TensorProto {
  const rawData = new Uint8Array(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  return create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData });
}

/** A whole-number attribute of a node, or `otherwise` where it is not set. */
export function intOf(node: NodeProto, name: string, otherwise: number): number {
  const found = node.attribute.find((entry) => entry.name === name);
  return found === undefined ? otherwise : Number(found.i);
}

/** A float attribute of a node, or `otherwise` where it is not set. */
export function floatOf(node: NodeProto, name: string, otherwise: number): number {
  return node.attribute.find((entry) => entry.name === name)?.f ?? otherwise;
}

/** Whole numbers of an attribute; undefined where it is not set. */
export function intsOf(node: NodeProto, name: string): number[] | undefined {
  return node.attribute.find((entry) => entry.name === name)?.ints.map(Number);
}

function attributeOf(name: string, value: EditAttribute): AttributeProto {
  return typeof value === 'number'
    ? create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
    : create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

function prune(graph: GraphProto): void {
  const needed = new Set(graph.output.map(({ name }) => name));
  const used: NodeProto[] = [];
  for (const node of graph.node.toReversed()) {
    if (!node.output.some((name) => needed.has(name))) continue;
    used.push(node);
    for (const name of node.input) needed.add(name);
  }
  graph.node = used.reverse();
  graph.initializer = graph.initializer.filter(({ name }) => needed.has(name));
  graph.valueInfo = [];
}
