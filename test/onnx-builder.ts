import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorProto_DataType as Type,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { createRandom } from '../src/base/random.ts';

// Writes ONNX files node by node, as exporters do. It shares no code with graph/compile.ts.

type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: TensorProto };

export interface OnnxBuilder {
  input(name: string, shape: readonly (number | string)[], type?: Type): string;
  /** A constant of seeded normal numbers: of deviation `√(2 / fan-in)` for two axes and more, else 0.3 around `centre`. */
  weight(name: string, shape: readonly number[], centre?: number): string;
  /** A positive constant. */
  variance(name: string, shape: readonly number[]): string;
  int64s(values: readonly number[], shape?: readonly number[]): string;
  float(value: number, shape?: readonly number[]): string;
  /** Adds a node and gives the name of its output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    name?: string,
  ): string;
  /** Adds a node with some outputs. */
  nodes(
    opType: string,
    inputs: readonly string[],
    numOutputs: number,
    attributes?: Readonly<Record<string, Attribute>>,
  ): string[];
  output(value: string, name: string, shape: readonly (number | string)[]): void;
  bytes(): Uint8Array;
}

export function int64Tensor(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  name = '',
) {
  return create(TensorProtoSchema, {
    name,
    dataType: Type.INT64,
    dims: shape.map(BigInt),
    int64Data: values.map(BigInt),
  });
}

export function onnxBuilder(opset: number, domains: Readonly<Record<string, number>> = {}): OnnxBuilder {
  const random = createRandom('onnx builder');
  const nodes: NodeProto[] = [];
  const initializer: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const floats = (name: string, shape: readonly number[], values: readonly number[]) => {
    const dims = shape.map(BigInt);
    initializer.push(create(TensorProtoSchema, { name, dataType: Type.FLOAT, dims, floatData: [...values] }));
    return name;
  };
  const fill = (shape: readonly number[], next: () => number) =>
    Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, next);
  const add = (
    opType: string,
    from: readonly string[],
    output: string[],
    attributes: Readonly<Record<string, Attribute>>,
    name: string,
  ) => {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    const domain = opType.includes('.') ? opType.slice(0, opType.lastIndexOf('.')) : '';
    const type = opType.slice(opType.lastIndexOf('.') + 1);
    nodes.push(create(NodeProtoSchema, { name, opType: type, domain, input: [...from], output, attribute }));
  };
  return {
    input(name, shape, type = Type.FLOAT) {
      inputs.push(portOf(name, shape, type));
      return name;
    },
    weight(name, shape, centre = 0) {
      const fanIn = shape.length === 2 ? shape[0] : shape.slice(1).reduce((product, dim) => product * dim, 1);
      const deviation = shape.length > 1 ? Math.sqrt(2 / fanIn) : 0.3;
      return floats(
        name,
        shape,
        fill(shape, () => centre + deviation * random.normal()),
      );
    },
    variance: (name, shape) =>
      floats(
        name,
        shape,
        fill(shape, () => 0.5 + random.uniform()),
      ),
    int64s(values, shape) {
      const name = `ints_${initializer.length}`;
      initializer.push(int64Tensor(values, shape, name));
      return name;
    },
    float: (value, shape = []) => floats(`float_${initializer.length}`, shape, [value]),
    node(opType, from, attributes = {}, name = '') {
      const output = name === '' ? `${opType}_${nodes.length}` : `${name}_output_0`;
      add(opType, from, [output], attributes, name);
      return output;
    },
    nodes(opType, from, numOutputs, attributes = {}) {
      const output = Array.from({ length: numOutputs }, (_, i) => `${opType}_${nodes.length}_${i}`);
      add(opType, from, output, attributes, '');
      return output;
    },
    output(value, name, shape) {
      add('Identity', [value], [name], {}, '');
      outputs.push(portOf(name, shape, Type.FLOAT));
    },
    bytes() {
      const opsetImport = Object.entries({ '': opset, ...domains }).map(([domain, version]) =>
        create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
      );
      const graph = create(GraphProtoSchema, {
        name: 'net',
        node: nodes,
        initializer,
        input: inputs,
        output: outputs,
      });
      return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph }));
    },
  };
}

function attributeOf(name: string, value: Attribute): AttributeProto {
  const of = (parts: object) => create(AttributeProtoSchema, { name, ...parts });
  if (typeof value === 'number') return of({ type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string')
    return of({ type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if ('float' in value) return of({ type: AttributeType.FLOAT, f: value.float });
  if ('tensor' in value) return of({ type: AttributeType.TENSOR, t: value.tensor });
  return of({ type: AttributeType.INTS, ints: value.map(BigInt) });
}

function portOf(name: string, shape: readonly (number | string)[], elemType: Type): ValueInfoProto {
  const dim = shape.map((length) => ({
    value:
      typeof length === 'number'
        ? { case: 'dimValue' as const, value: BigInt(length) }
        : { case: 'dimParam' as const, value: length },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  });
}
