import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { expect, it } from 'vitest';
import { createRandom } from '../src/base/random.ts';
import { openFeatureMap } from '../src/model/feature-map.ts';
import { spatialProduct } from '../src/model/spatial-product.ts';
import { nodeRuntime } from './gradcheck.ts';

const WEIGHTS = fileURLToPath(new URL('../../shared/weights/mobilenet_v2_1.0_224.onnx', import.meta.url));
const SIDE = 224;
const SIZE = 1280;
const CELLS = 49;

/** The photo network as an `encoder.onnx`: bytes in, embeddings of length 1 out. */
async function wrapNetwork(): Promise<Uint8Array> {
  const model = fromBinary(ModelProtoSchema, await readFile(WEIGHTS));
  const graph = model.graph!;
  const node = (opType: string, input: string[], output: string, attribute: AttributeProto[] = []) =>
    create(NodeProtoSchema, { name: `ours/${output}`, opType, input, output: [output], attribute });
  const int = (name: string, value: number) =>
    create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  const ints = (name: string, values: number[]) =>
    create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: values.map(BigInt) });
  const port = (name: string, elemType: number, dims: number[]) => {
    const dim = [
      { value: { case: 'dimParam' as const, value: 'batch' } },
      ...dims.map((length) => ({ value: { case: 'dimValue' as const, value: BigInt(length) } })),
    ];
    const type = { value: { case: 'tensorType' as const, value: { elemType, shape: { dim } } } };
    return create(ValueInfoProtoSchema, { name, type });
  };
  const rename = (name: string) => (name === 'embedding' ? 'pooled' : name);
  for (const each of graph.node) {
    each.input = each.input.map(rename);
    each.output = each.output.map(rename);
  }
  const end = graph.node.findIndex(({ output }) => output[0] === 'pooled');
  for (const [name, value] of [
    ['scale', 1 / 127.5],
    ['one', 1],
  ] as const)
    graph.initializer.push(create(TensorProtoSchema, { name, dataType: 1, floatData: [value] }));
  graph.node = [
    node('Cast', ['images'], 'floats', [int('to', 1)]),
    node('Transpose', ['floats'], 'planes', [ints('perm', [0, 3, 1, 2])]),
    node('Mul', ['planes', 'scale'], 'scaled'),
    node('Sub', ['scaled', 'one'], 'pixel_values'),
    ...graph.node.slice(0, end + 1),
    node('Flatten', ['pooled'], 'flat'),
    node('ReduceL2', ['flat'], 'length', [ints('axes', [1])]),
    node('Div', ['flat', 'length'], 'embedding'),
  ];
  graph.input = [port('images', 2, [SIDE, SIDE, 3])];
  graph.output = [port('embedding', 1, [SIZE])];
  graph.valueInfo = [];
  return toBinary(ModelProtoSchema, model);
}

it.skipIf(!existsSync(WEIGHTS))(
  'the last map of a real photo network is found, and its cells add up to the cosine (needs ../shared/weights)',
  async () => {
    const encoder = await wrapNetwork();
    const random = createRandom('photos');
    const [left, right] = [0, 1].map(() =>
      // Blurred noise: a picture of something, with other features in each place.
      Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
        const [x, y] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)];
        return 128 + 100 * Math.sin((x * (1 + (i % 3))) / 9 + Math.floor(y / 40)) + random.integer(20);
      }),
    );
    const features = (await openFeatureMap(encoder, left, nodeRuntime))!;
    expect(features).toMatchObject({ kind: 'map', rows: 7, columns: 7 });
    const [mapA, mapB] = [await features.read(left), await features.read(right)];
    expect(mapA).toHaveLength(SIZE * CELLS);
    const other = (await features.embed(mapB)).embedding;
    const own = (await features.embed(mapA)).unscaled;
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    const cosine = async (maps: Float32Array) => {
      const { unscaled } = await features.embed(maps);
      return Float32Array.from({ length: unscaled.length / SIZE }, (_, n) => {
        let product = 0;
        for (let k = 0; k < SIZE; k++) product += unscaled[n * SIZE + k] * other[k];
        return product / length;
      });
    };
    const { method, heat, empty } = await spatialProduct(features, mapA, cosine);
    const expected = Array.from({ length: CELLS }, (_, cell) => {
      let product = 0;
      for (let c = 0; c < SIZE; c++) product += (mapA[c * CELLS + cell] * other[c]) / CELLS;
      return product / length;
    });
    expect([method, empty]).toEqual(['path', 0]);
    expect(heat).toBeAllClose(expected, { rtol: 1e-2, atol: 1e-4 });
    await features.close();
  },
);
