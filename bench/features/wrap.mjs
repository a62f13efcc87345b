// Puts what a trunk of ours has inside in front of an image network: uint8 [N, H, W, 3] to its scaled planes.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as OnnxType,
  TensorProtoSchema,
} from 'onnx-buf';

/**
 * MobileNetV2 of Google's checkpoints: values from −1 to 1.
 * @param {Uint8Array} bytes @returns {Uint8Array}
 */
export function wrapForPixels(bytes) {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = /** @type {import('onnx-buf').GraphProto} */ (model.graph);
  const [input] = graph.input;
  const { value } = /** @type {any} */ (input.type);
  const planes = input.name;
  input.name = 'samesame/pixels';
  value.value.elemType = OnnxType.UINT8;
  const { dim } = value.value.shape;
  value.value.shape.dim = [dim[0], dim[2], dim[3], dim[1]];
  for (const [name, number] of /** @type {const} */ ([
    ['samesame/scale', 2 / 255],
    ['samesame/centre', 1],
  ])) {
    graph.initializer.push(
      create(TensorProtoSchema, { name, dataType: OnnxType.FLOAT, dims: [], floatData: [number] }),
    );
  }
  const perm = create(AttributeProtoSchema, {
    name: 'perm',
    type: AttributeType.INTS,
    ints: [0n, 3n, 1n, 2n],
  });
  const to = create(AttributeProtoSchema, { name: 'to', type: AttributeType.INT, i: BigInt(OnnxType.FLOAT) });
  graph.node.unshift(
    node('Transpose', ['samesame/pixels'], 'samesame/planes', [perm]),
    node('Cast', ['samesame/planes'], 'samesame/float', [to]),
    node('Mul', ['samesame/float', 'samesame/scale'], 'samesame/scaled'),
    node('Sub', ['samesame/scaled', 'samesame/centre'], planes),
  );
  return toBinary(ModelProtoSchema, model);
}

/** @param {string} opType @param {string[]} input @param {string} output @param {import('onnx-buf').AttributeProto[]} [attribute] */
function node(opType, input, output, attribute = []) {
  return create(NodeProtoSchema, { opType, name: output, input, output: [output], attribute });
}
