// How ONNX Runtime runs one convolution (64 → 128 channels, 3×3, on 28×28, batch 8) written in different ways:
//   npm run bench:export -- --kernels
// float32; QDQ, that is Conv between DequantizeLinear and QuantizeLinear, weights int8 or uint8; QLinearConv, which QDQ is
// fused to; ConvInteger, whose range is found anew at each run (DynamicQuantizeLinear). In turns, one thread, processor time.
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from 'onnx-buf';
import { constantOf } from '../../dist/export/editable-graph.js';
import { createRuntime } from '../../dist/graph/runtime/node.js';
import { valueInfo } from '../../dist/graph/value-info.js';

const [CHANNELS, FILTERS, SIDE, BATCH] = [64, 128, 28, 8];
const count = FILTERS * CHANNELS * 9;
const weights = Int8Array.from({ length: count }, (_, i) => ((i * 7919) % 255) - 127);
const shape = [FILTERS, CHANNELS, 3, 3];
const scales = new Float32Array(FILTERS).fill(0.001);
const constants = [
  constantOf(
    'w',
    1,
    shape,
    Float32Array.from(weights, (value) => value * 0.001),
  ),
  constantOf('w8', 3, shape, weights),
  constantOf(
    'wu8',
    2,
    shape,
    Uint8Array.from(weights, (value) => value + 128),
  ),
  constantOf('ws', 1, [FILTERS], scales),
  constantOf('wz8', 3, [FILTERS], new Int8Array(FILTERS)),
  constantOf('wzu8', 2, [FILTERS], new Uint8Array(FILTERS).fill(128)),
  constantOf('wz', 3, [], new Int8Array(1)),
  constantOf('b', 6, [FILTERS], new Int32Array(FILTERS)),
  constantOf('bs', 1, [FILTERS], new Float32Array(FILTERS).fill(0.001 / 255)),
  constantOf('xs', 1, [], Float32Array.of(1 / 255)),
  constantOf('xz', 2, [], Uint8Array.of(0)),
  constantOf('ys', 1, [], Float32Array.of(0.1)),
  constantOf('yz', 2, [], Uint8Array.of(128)),
  constantOf('wscale', 1, [], Float32Array.of(0.001)),
];

/** @param {string} opType @param {string[]} input @param {string[]} output */
const node = (opType, input, output) => {
  const pads = create(AttributeProtoSchema, { name: 'pads', type: 7, ints: [1n, 1n, 1n, 1n] });
  const axis = create(AttributeProtoSchema, { name: 'axis', type: 2, i: 0n });
  const attribute = opType.includes('Conv')
    ? [pads]
    : opType === 'DequantizeLinear' && input[1] !== 'xs' && input[1] !== 'ys'
      ? [axis]
      : [];
  return create(NodeProtoSchema, { opType, input, output, attribute });
};
const quantizeInput = node('QuantizeLinear', ['x', 'xs', 'xz'], ['xq']);
const dequantizeOutput = node('DequantizeLinear', ['yq', 'ys', 'yz'], ['y']);
/** @param {string} w @param {string} z */
const qdq = (w, z) => [
  quantizeInput,
  node('DequantizeLinear', ['xq', 'xs', 'xz'], ['xf']),
  node('DequantizeLinear', [w, 'ws', z], ['wf']),
  node('DequantizeLinear', ['b', 'bs'], ['bf']),
  node('Conv', ['xf', 'wf', 'bf'], ['yf']),
  node('QuantizeLinear', ['yf', 'ys', 'yz'], ['yq']),
  dequantizeOutput,
];
/** @type {Record<string, ReturnType<typeof node>[]>} */
const WAYS = {
  float32: [node('Conv', ['x', 'w'], ['y'])],
  'QDQ, int8 weights': qdq('w8', 'wz8'),
  'QDQ, uint8 weights': qdq('wu8', 'wzu8'),
  QLinearConv: [
    quantizeInput,
    node('QLinearConv', ['xq', 'xs', 'xz', 'w8', 'ws', 'wz8', 'ys', 'yz', 'b'], ['yq']),
    dequantizeOutput,
  ],
  ConvInteger: [
    node('DynamicQuantizeLinear', ['x'], ['xq', 'dynamicScale', 'dynamicZero']),
    node('ConvInteger', ['xq', 'w8', 'dynamicZero', 'wz'], ['sums']),
    create(NodeProtoSchema, {
      opType: 'Cast',
      input: ['sums'],
      output: ['floats'],
      attribute: [create(AttributeProtoSchema, { name: 'to', type: 2, i: 1n })],
    }),
    node('Mul', ['dynamicScale', 'wscale'], ['scale']),
    node('Mul', ['floats', 'scale'], ['y']),
  ],
};

const runtime = createRuntime({ numThreads: 1 });
const input = runtime.tensor(
  'float32',
  Float32Array.from({ length: BATCH * CHANNELS * SIDE * SIDE }, (_, i) => ((i * 2654435761) >>> 24) / 255),
  [BATCH, CHANNELS, SIDE, SIDE],
);
const sides = [];
for (const [name, nodes] of Object.entries(WAYS)) {
  const used = new Set(nodes.flatMap((entry) => entry.input));
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
    graph: create(GraphProtoSchema, {
      name: 'kernel',
      node: nodes,
      initializer: constants.filter((tensor) => used.has(tensor.name)),
      input: [valueInfo('x', { dtype: 'float32', shape: ['batch', CHANNELS, SIDE, SIDE] })],
      output: [valueInfo('y', { dtype: 'float32', shape: ['batch', FILTERS, SIDE, SIDE] })],
    }),
  });
  const program = await runtime.load(toBinary(ModelProtoSchema, model));
  sides.push({ name, program, times: /** @type {number[]} */ ([]) });
}
for (let round = -5; round < 30; round++) {
  for (const { program, times } of sides) {
    const start = process.cpuUsage();
    await program.run({ x: input });
    const { user, system } = process.cpuUsage(start);
    if (round >= 0) times.push(user + system);
  }
}
const medians = sides.map(({ times }) => times.sort((a, b) => a - b)[times.length >> 1]);
for (const [i, { name }] of sides.entries())
  console.log(`${name.padEnd(20)} ${(medians[0] / medians[i]).toFixed(2)}× float32`);
