// A heavier network than MobileNetV2: the shape of ResNet-50 with random weights, batch norm folded. What its features say
// is nothing; what they cost is what those of the real one cost.
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as OnnxType,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { createRandom } from '../../dist/base/random.js';

/** Blocks of each stage, and the channels of its inner convolutions. */
const STAGES = /** @type {const} */ ([
  [3, 64],
  [4, 128],
  [6, 256],
  [3, 512],
]);
const EXPANSION = 4;
const random = createRandom('resnet-50');
/** From −1 to 1; a prime number of them, so that no two rows of a weight are the same. */
const DRAWN = Float32Array.from({ length: 65_537 }, () => random.uniform() * 2 - 1);

/**
 * ONNX bytes: `pixel_values` float32 `[batch, 3, 224, 224]` → `features [batch, 2048, 1, 1]` → `logits [batch, 1000]`.
 * @source He et al. 2016, "Deep residual learning for image recognition", table 1; the stride lies in the 3×3, as torchvision has it
 */
export function buildResnet50() {
  /** @type {import('onnx-buf').NodeProto[]} */
  const nodes = [];
  /** @type {import('onnx-buf').TensorProto[]} */
  const weights = [];

  /** @param {string} op @param {string[]} inputs @param {Record<string, number[]>} [attributes] */
  function node(op, inputs, attributes = {}, name = `${op}_${nodes.length}`) {
    const attribute = Object.entries(attributes).map(([key, value]) =>
      create(AttributeProtoSchema, { name: key, type: AttributeType.INTS, ints: value.map(BigInt) }),
    );
    nodes.push(create(NodeProtoSchema, { opType: op, name, input: inputs, output: [name], attribute }));
    return name;
  }
  /** @param {number[]} dims @param {number} scale */
  function weight(dims, scale) {
    const name = `weight_${weights.length}`;
    const length = dims.reduce((product, dim) => product * dim, 1);
    const start = random.integer(DRAWN.length);
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = DRAWN[(start + i) % DRAWN.length] * scale;
    const rawData = new Uint8Array(values.buffer);
    weights.push(
      create(TensorProtoSchema, { name, dataType: OnnxType.FLOAT, dims: dims.map(BigInt), rawData }),
    );
    return name;
  }
  /** @param {string} x @param {number} channels @param {number} numOut @param {number} size @param {number} [stride] */
  function conv(x, channels, numOut, size, stride = 1) {
    const scale = Math.sqrt(3 / (channels * size * size));
    const inputs = [x, weight([numOut, channels, size, size], scale), weight([numOut], 0.1)];
    const pad = (size - 1) / 2;
    const window = { kernel_shape: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
    return node('Conv', inputs, window);
  }
  /** @param {string} x */
  const relu = (x) => node('Relu', [x]);

  let x = relu(conv('pixel_values', 3, 64, 7, 2));
  x = node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = 64;
  for (const [stage, [numBlocks, inner]] of STAGES.entries()) {
    for (let block = 0; block < numBlocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const numOut = inner * EXPANSION;
      const shortcut = channels === numOut ? x : conv(x, channels, numOut, 1, stride);
      const middle = relu(conv(relu(conv(x, channels, inner, 1)), inner, inner, 3, stride));
      x = relu(node('Add', [conv(middle, inner, numOut, 1), shortcut]));
      channels = numOut;
    }
  }
  const features = node('GlobalAveragePool', [x], {}, 'features');
  node(
    'Gemm',
    [node('Flatten', [features]), weight([channels, 1000], 0.02), weight([1000], 0.1)],
    {},
    'logits',
  );

  /** @param {string} name @param {(string | number)[]} dims */
  const info = (name, dims) =>
    create(ValueInfoProtoSchema, {
      name,
      type: {
        value: {
          case: 'tensorType',
          value: {
            elemType: OnnxType.FLOAT,
            shape: {
              dim: dims.map((dim) => ({
                value:
                  typeof dim === 'number'
                    ? { case: /** @type {const} */ ('dimValue'), value: BigInt(dim) }
                    : { case: /** @type {const} */ ('dimParam'), value: dim },
              })),
            },
          },
        },
      },
    });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'samesame-bench',
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
    graph: create(GraphProtoSchema, {
      name: 'resnet-50',
      node: nodes,
      initializer: weights,
      input: [info('pixel_values', ['batch', 3, 224, 224])],
      output: [info('logits', ['batch', 1000])],
    }),
  });
  return toBinary(ModelProtoSchema, model);
}
