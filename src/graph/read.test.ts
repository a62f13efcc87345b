import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { create, toBinary } from '@bufbuild/protobuf';
import { type GraphProto, ModelProtoSchema, TensorProto_DataType as OnnxType } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { compile, OPSET } from './compile.ts';
import { add } from './ops/add.ts';
import { l2Normalize } from './ops/l2-normalize.ts';
import { leakyRelu } from './ops/leaky-relu.ts';
import { matmul } from './ops/matmul.ts';
import { reduceMean } from './ops/reduce-mean.ts';
import { constant, input } from './ops/source.ts';
import { readOnnx } from './read.ts';

const code = (expected: string) => expect.objectContaining({ code: expected });

test('what compile writes, readOnnx reads', () => {
  const x = input('pixels', 'float32', ['N', 2, 3]);
  const weights = constant(
    Float32Array.from({ length: 12 }, (_, i) => i / 7),
    [3, 4],
  );
  const y = l2Normalize(leakyRelu(reduceMean(matmul(x, weights), [1]), 0.25));
  const graph = compile({ embedding: y }, { metadata: { seed: '7', made: 'here' } });
  const model = readOnnx(graph.bytes);

  expect(model.opset).toBe(OPSET);
  expect(model.domains).toEqual({});
  expect(model.inputs).toEqual(graph.inputs);
  expect(model.outputs).toEqual(graph.outputs);
  expect(model.metadata).toEqual({ seed: '7', made: 'here' });
  const stored = [...model.initializers.values()].find(({ shape }) => shape.length === 2);
  expect(stored).toEqual({ dtype: 'float32', shape: [3, 4], data: weightsOf(12) });
  const byType = Object.fromEntries(model.nodes.map((node) => [node.opType, node]));
  expect(byType.ReduceMean.attributes).toEqual({ axes: [1], keepdims: 0 });
  expect(byType.LeakyRelu.attributes).toEqual({ alpha: 0.25 });
  expect(byType.LeakyRelu.inputs).toEqual(byType.ReduceMean.outputs);
  expect(model.nodes.at(-1)?.outputs).toEqual(['embedding']);
});

test('domains, and constants of every type that compile writes', () => {
  const x = input('x', 'float32', [2, 2, 2]);
  const integers = constant(new BigInt64Array([-1n, 2n ** 40n]), [2]);
  const bytes = constant(new Uint8Array([0, 255]), [2]);
  const doubles = constant(new Float64Array([Math.PI, -0.1]), [2]);
  const { bytes: file } = compile({
    product: matmul(x, x, { transposeA: true }),
    integers: add(integers, integers),
    bytes: add(bytes, bytes),
    doubles: add(doubles, doubles),
  });
  const model = readOnnx(file);
  expect(model.domains).toEqual({ 'com.microsoft': 1 });
  expect([...model.initializers.values()].map(({ data }) => data)).toEqual([
    new BigInt64Array([-1n, 2n ** 40n]),
    new Uint8Array([0, 255]),
    new Float64Array([Math.PI, -0.1]),
  ]);
});

describe('models of other writers', () => {
  test('numbers one by one instead of bytes, halves, narrow integers, constants among the inputs', () => {
    const tensorType = (dim: object[]) => ({
      value: { case: 'tensorType', value: { elemType: OnnxType.FLOAT, shape: { dim } } },
    });
    const model = readOnnx(
      modelOf({
        input: [
          { name: 'x', type: tensorType([{}, { value: { case: 'dimValue', value: 3n } }]) },
          { name: 'floats', type: tensorType([]) },
        ],
        initializer: [
          { name: 'floats', dataType: OnnxType.FLOAT, dims: [2n], floatData: [1.5, -2] },
          { name: 'longs', dataType: OnnxType.INT64, dims: [1n], int64Data: [-5n] },
          { name: 'flags', dataType: OnnxType.BOOL, dims: [2n], int32Data: [1, 0] },
          { name: 'half', dataType: OnnxType.FLOAT16, dims: [], int32Data: [0x3c00] },
          // 1, −2, the largest 65504, the smallest 2⁻²⁴, −∞, as IEEE 754 writes them.
          {
            name: 'halves',
            dataType: OnnxType.FLOAT16,
            dims: [5n],
            rawData: bytesOf(new Uint16Array([0x3c00, 0xc000, 0x7bff, 1, 0xfc00])),
          },
          {
            name: 'brain',
            dataType: OnnxType.BFLOAT16,
            dims: [2n],
            rawData: bytesOf(new Uint16Array([0x3fc0, 0xc000])),
          },
          { name: 'small', dataType: OnnxType.INT8, dims: [2n], rawData: bytesOf(new Int8Array([-3, 4])) },
          { name: 'none', dataType: OnnxType.FLOAT, dims: [0n] },
        ],
      }),
    );
    expect(model.inputs).toEqual({ x: { dtype: 'float32', shape: ['x_0', 3] } });
    const data = Object.fromEntries([...model.initializers].map(([name, tensor]) => [name, tensor.data]));
    expect(data).toEqual({
      floats: new Float32Array([1.5, -2]),
      longs: new BigInt64Array([-5n]),
      flags: new Uint8Array([1, 0]),
      half: new Float32Array([1]),
      halves: new Float32Array([1, -2, 65504, 2 ** -24, Number.NEGATIVE_INFINITY]),
      brain: new Float32Array([1.5, -2]),
      small: new Int32Array([-3, 4]),
      none: new Float32Array(0),
    });
    expect(model.initializers.get('small')?.dtype).toBe('int32');
  });

  test.each([
    ['too few bytes', { dataType: OnnxType.FLOAT, dims: [2n], rawData: new Uint8Array(4) }],
    ['too few numbers', { dataType: OnnxType.FLOAT, dims: [2n], floatData: [1] }],
    ['strings', { dataType: OnnxType.STRING, dims: [1n] }],
    ['another file', { dataType: OnnxType.FLOAT, dims: [1n], dataLocation: 1 }],
  ])('a constant with %s is refused', (_, tensor) => {
    expect(() => readOnnx(modelOf({ initializer: [{ name: 'c', ...tensor }] }))).toThrow(code('E_MODEL'));
  });
});

test('bytes that are no model are refused', () => {
  const { bytes } = compile({ y: leakyRelu(input('x', 'float32', [2])) });
  const broken = [
    new Uint8Array(0),
    new TextEncoder().encode('<html>not found</html>'),
    bytes.slice(0, bytes.length - 7),
    modelOf({ output: [] }),
  ];
  for (const file of broken) expect(() => readOnnx(file)).toThrow(code('E_MODEL'));
});

const folder = new URL('../../../shared/weights/', import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];

describe.skipIf(files.length === 0)('pretrained networks (skipped: no ../shared/weights here)', () => {
  test.each(files)('%s', (file) => {
    const model = readOnnx(readFileSync(new URL(file, folder)));
    expect(model.opset).toBeGreaterThan(6);
    expect(model.nodes.filter(({ opType }) => opType === 'Conv').length).toBeGreaterThan(50);
    const known = new Set(['', ...Object.keys(model.inputs), ...model.initializers.keys()]);
    for (const { inputs, outputs } of model.nodes) {
      for (const name of inputs) expect(known).toContain(name);
      for (const name of outputs) known.add(name);
    }
    for (const name of Object.keys(model.outputs)) expect(known).toContain(name);
    for (const { data } of model.initializers.values()) {
      expect(Array.from(data as Float32Array, Number).every(Number.isFinite)).toBe(true);
    }
  });
});

function weightsOf(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => i / 7);
}

function bytesOf(array: Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer as ArrayBuffer);
}

/** A model of a graph with one output. */
function modelOf(graph: object): Uint8Array {
  const output = [{ name: 'y', type: { value: { case: 'tensorType', value: { elemType: 1 } } } }];
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 3n,
      opsetImport: [{ domain: '', version: 13n }],
      graph: { output, ...graph } as unknown as GraphProto,
    }),
  );
}
