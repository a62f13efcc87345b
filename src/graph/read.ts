import { fromBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { SamesameError } from '../base/errors.ts';
import { dtypeFromOnnx, type OnnxTensor, readTensor } from './read-tensor.ts';
import type { Dim, TensorType } from './tensor.ts';

/** The value of an attribute. Integers of 64 bits come as numbers: beyond 2⁵³ they are bounds that mean "to the end". */
export type OnnxAttributeValue = number | string | readonly number[] | readonly string[] | OnnxTensor;

/** One node of a graph that was read. */
export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** `''` for ONNX's own ops. */
  readonly domain: string;
  /** Names of values; `''` where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttributeValue>>;
}

/** An ONNX model as plain data. Nodes come in an order in which they can be run. */
export interface OnnxModel {
  /** Version of ONNX's own operator set. */
  readonly opset: number;
  /** Versions of the other operator sets, by domain. */
  readonly domains: Readonly<Record<string, number>>;
  /** What is fed, without the constants. Axes without a name are named after the input and their place. */
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly nodes: readonly OnnxNode[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the bytes of an ONNX model.
 * @returns plain data; its arrays are copies, which the caller owns
 * @throws E_MODEL where the bytes are no ONNX model, or one with parts that cannot be read: control flow, sequences,
 *   strings, data in other files
 * @example
 * const { nodes, initializers } = readOnnx(await readFile('encoder.onnx'));
 * nodes[0]; // { opType: 'Conv', inputs: ['pixels', 'conv1/weight'], attributes: { strides: [2, 2], … }, … }
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const model = parse(bytes);
  const { graph } = model;
  if (graph === undefined || graph.output.length === 0) throw notAModel(bytes, 'no graph with an output');

  const versions = new Map(model.opsetImport.map(({ domain, version }) => [domain, Number(version)]));
  const opset = versions.get('') ?? versions.get('ai.onnx');
  if (opset === undefined) throw notAModel(bytes, 'no operator set');
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, readTensor(tensor)]));
  return {
    opset,
    domains: Object.fromEntries([...versions].filter(([domain]) => domain !== '' && domain !== 'ai.onnx')),
    // Up to IR version 3 constants are listed among the inputs.
    inputs: typesOf(graph.input.filter(({ name }) => !initializers.has(name))),
    outputs: typesOf(graph.output),
    initializers,
    nodes: graph.node.map(readNode),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
  };
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw notAModel(bytes, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function notAModel(bytes: Uint8Array, received: string, cause?: unknown): SamesameError {
  return new SamesameError('E_MODEL', {
    what: `${bytes.byteLength} bytes are not an ONNX model`,
    expected: 'a model with a graph and an operator set',
    received,
    help: 'check that the file is an .onnx file and is whole',
    cause,
  });
}

function typesOf(ports: readonly ValueInfoProto[]): Record<string, TensorType> {
  return Object.fromEntries(
    ports.map(({ name, type }) => {
      if (type?.value.case !== 'tensorType') {
        throw new SamesameError('E_MODEL', {
          what: `${name} is not a tensor`,
          expected: 'tensors as inputs and outputs',
          received: type?.value.case ?? 'a value without a type',
        });
      }
      const { elemType, shape } = type.value.value;
      const dims = (shape?.dim ?? []).map(({ value }, axis): Dim => {
        if (value.case === 'dimValue' && value.value > 0n) return Number(value.value);
        return value.case === 'dimParam' && value.value !== '' ? value.value : `${name}_${axis}`;
      });
      return [name, { dtype: dtypeFromOnnx(elemType, name), shape: dims }];
    }),
  );
}

function readNode({ name, opType, domain, input, output, attribute }: NodeProto): OnnxNode {
  return {
    name,
    opType,
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs: input,
    outputs: output,
    attributes: Object.fromEntries(attribute.map((entry) => [entry.name, readAttribute(entry, opType)])),
  };
}

function readAttribute(attribute: AttributeProto, opType: string): OnnxAttributeValue {
  switch (attribute.type) {
    case AttributeType.FLOAT:
      return attribute.f;
    case AttributeType.INT:
      return Number(attribute.i);
    case AttributeType.STRING:
      return decode(attribute.s);
    case AttributeType.TENSOR:
      return readTensor(attribute.t!);
    case AttributeType.FLOATS:
      return attribute.floats;
    case AttributeType.INTS:
      return attribute.ints.map(Number);
    case AttributeType.STRINGS:
      return attribute.strings.map(decode);
    default:
      throw new SamesameError('E_MODEL', {
        what: `the attribute ${attribute.name} of ${opType} cannot be read`,
        expected: 'numbers, strings or a tensor',
        received: AttributeType[attribute.type] ?? `type ${attribute.type}`,
        help: 'graphs with control flow (If, Loop, Scan) have to be exported without it',
      });
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
