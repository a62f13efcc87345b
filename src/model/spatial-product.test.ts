import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/gradcheck.ts';
import { createRandom } from '../base/random.ts';
import { compile } from '../graph/compile.ts';
import { add } from '../graph/ops/add.ts';
import { concat } from '../graph/ops/concat.ts';
import { conv2d } from '../graph/ops/conv2d.ts';
import { flip } from '../graph/ops/flip.ts';
import { gather } from '../graph/ops/gather.ts';
import { globalAveragePool } from '../graph/ops/global-average-pool.ts';
import { globalMaxPool } from '../graph/ops/global-max-pool.ts';
import { l2Normalize } from '../graph/ops/l2-normalize.ts';
import { layerNorm } from '../graph/ops/layer-norm.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { relu } from '../graph/ops/relu.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { constant, constantData, input } from '../graph/ops/source.ts';
import { transpose } from '../graph/ops/transpose.ts';
import type { Tensor } from '../graph/tensor.ts';
import { fromPixels } from '../nn/layers/pixels.ts';
import { openFeatureMap } from './feature-map.ts';
import { spatialProduct } from './spatial-product.ts';

const SIDE = 8;
const CHANNELS = 5;
const CELLS = 16;
const SIZE = 3;
const random = createRandom('spatial product');
const draw = (...shape: number[]) =>
  constant(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() / 2),
    shape,
  );
const photo = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.integer(256));
const weights = draw(CHANNELS, SIZE);
const bias = draw(SIZE);

/** A convolution to a 4 × 4 map of five channels, and a head behind it. */
function encoderWith(head: (map: Tensor) => Tensor): Uint8Array {
  const images = input('images', 'uint8', ['batch', SIDE, SIDE, 3]);
  const pixels = fromPixels(images, { mean: 0.5, deviation: 0.25 });
  const map = relu(conv2d(pixels, draw(CHANNELS, 3, 3, 3), { stride: 2, padding: 1 }));
  return compile({ embedding: head(map) }).bytes;
}
const linear = (x: Tensor) => add(matmul(x, weights), bias);
const pooled = (map: Tensor) => linear(reshape(globalAveragePool(map), ['batch', CHANNELS]));

/** The map of the photo, and an agreement with a direction that says nothing special. */
async function open(encoder: Uint8Array) {
  const features = await openFeatureMap(encoder, photo, nodeRuntime);
  if (features === undefined) throw new Error('no feature map');
  const direction = [0.7, -0.4, 0.9];
  const along = (rows: Float32Array) =>
    Float32Array.from({ length: rows.length / SIZE }, (_, n) =>
      direction.reduce((sum, value, k) => sum + value * rows[n * SIZE + k], 0),
    );
  const agreement = async (maps: Float32Array) => along((await features.embed(maps)).unscaled);
  return { features, map: await features.read(photo), agreement, direction };
}

const sumOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const dataOf = (tensor: Tensor) => constantData(tensor) as Float32Array;
/** `⟨W·v, direction⟩` of one descriptor. */
const project = (descriptor: readonly number[], direction: readonly number[]) =>
  sumOf(
    direction.map((value, k) => value * sumOf(descriptor.map((x, c) => x * dataOf(weights)[c * SIZE + k]))),
  );

describe('the last feature map', () => {
  it('is found behind the convolution, and the embedding before its length became 1', async () => {
    const { features, map } = await open(encoderWith((x) => l2Normalize(pooled(x))));
    expect(features).toMatchObject({ kind: 'map', rows: 4, columns: 4 });
    expect(map).toHaveLength(CHANNELS * CELLS);
    const { embedding, unscaled } = await features.embed(map);
    const length = Math.hypot(...unscaled);
    expect(Math.abs(length - 1)).toBeGreaterThan(1e-3);
    expect(embedding).toBeAllClose(
      unscaled.map((value) => value / length),
      { rtol: 1e-5 },
    );
    await features.close();
  });

  it('is none where the map is one cell, where there are two branches, and without a convolution', async () => {
    const images = input('images', 'uint8', ['batch', SIDE, SIDE, 3]);
    const pixels = fromPixels(images, { mean: 0, deviation: 1 });
    const oneCell = reshape(conv2d(pixels, draw(SIZE, 3, SIDE, SIDE)), ['batch', SIZE]);
    const dense = matmul(reshape(pixels, ['batch', 3 * SIDE * SIDE]), draw(3 * SIDE * SIDE, SIZE));
    const kernel = draw(CHANNELS, 3, 3, 3);
    const branch = (x: Tensor) => pooled(relu(conv2d(x, kernel, { stride: 2, padding: 1 })));
    const mirrored = add(branch(pixels), branch(flip(pixels, [3])));
    for (const embedding of [oneCell, dense, mirrored])
      expect(await openFeatureMap(compile({ embedding }).bytes, photo, nodeRuntime)).toBeUndefined();
  });
});

describe('the spatial product', () => {
  it('is the term of each cell, for average pooling and a linear layer', async () => {
    const { features, map, agreement, direction } = await open(encoderWith(pooled));
    const { method, heat, whole, empty } = await spatialProduct(features, map, agreement);
    const expected = Array.from({ length: CELLS }, (_, cell) => {
      const descriptor = Array.from({ length: CHANNELS }, (_, c) => map[c * CELLS + cell] / CELLS);
      return project(descriptor, direction);
    });
    expect(method).toBe('path');
    expect(heat).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-5 });
    expect(empty).toBeCloseTo(sumOf(direction.map((value, k) => value * dataOf(bias)[k])), 5);
    expect(sumOf(heat)).toBeCloseTo(whole - empty, 4);
  });

  it('counts a channel for the cell that holds its maximum, for max pooling', async () => {
    const encoder = encoderWith((x) => linear(reshape(globalMaxPool(x), ['batch', CHANNELS])));
    const { features, map, agreement, direction } = await open(encoder);
    const { heat } = await spatialProduct(features, map, agreement);
    const expected = new Float64Array(CELLS);
    for (let c = 0; c < CHANNELS; c++) {
      const values = [...map.subarray(c * CELLS, (c + 1) * CELLS)];
      const descriptor = values.map((_, other) => (other === c ? Math.max(...values) : 0)).slice(0, CHANNELS);
      expected[values.indexOf(Math.max(...values))] += project(descriptor, direction);
    }
    expect(heat).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-4 });
  });

  it('adds up to the agreement where places have weights and there is a hidden layer', async () => {
    const [first, second, offset] = [draw(CHANNELS * CELLS, 12), draw(12, SIZE), draw(12)];
    const encoder = encoderWith((x) => {
      const hidden = relu(add(matmul(reshape(x, ['batch', CHANNELS * CELLS]), first), offset));
      return l2Normalize(matmul(hidden, second));
    });
    const { features, map, agreement } = await open(encoder);
    const { method, heat, whole, empty } = await spatialProduct(features, map, agreement);
    expect(method).toBe('path');
    expect(Math.abs(sumOf(heat) - (whole - empty))).toBeLessThan(0.05 * Math.abs(whole - empty));

    // Against the same line in 400 small steps, by a loop in float64.
    const [w1, w2, b1] = [first, second, offset].map((tensor) => Array.from(dataOf(tensor), Number));
    const slope = (t: number, cell: number) => {
      const into = (k: number, isAll: boolean) =>
        sumOf(Array.from(map, (value, i) => (isAll || i % CELLS === cell ? value * w1[i * 12 + k] : 0)));
      let sum = 0;
      for (let k = 0; k < 12; k++) {
        if (t * into(k, true) + b1[k] > 0)
          sum += into(k, false) * sumOf([0.7, -0.4, 0.9].map((value, d) => value * w2[k * SIZE + d]));
      }
      return sum;
    };
    for (const cell of [0, 7, 15]) {
      const steps = Array.from({ length: 400 }, (_, i) => slope((i + 0.5) / 400, cell) / 400);
      expect(Math.abs(sumOf(steps) - heat[cell])).toBeLessThan(0.03 * Math.abs(whole - empty));
    }
  });

  it('asks each patch alone where a class token carries the embedding', async () => {
    const [scale, shift] = [draw(CHANNELS), draw(CHANNELS)];
    const encoder = encoderWith((x) => {
      const patches = transpose(reshape(x, ['batch', CHANNELS, CELLS]), [0, 2, 1]);
      const token = reduceMean(patches, [1], { keepDims: true });
      const tokens = layerNorm(concat([token, patches], 1), scale, shift);
      return l2Normalize(linear(gather(tokens, constant(new Int32Array([0]), []), 1)));
    });
    const { features, map, agreement, direction } = await open(encoder);
    expect(features).toMatchObject({ kind: 'tokens', rows: 4, columns: 4 });
    expect(map).toHaveLength((CELLS + 1) * CHANNELS);
    const { method, heat } = await spatialProduct(features, map, agreement);
    expect(method).toBe('descriptors');
    const constantPart = sumOf(direction.map((value, k) => value * dataOf(bias)[k]));
    const expected = Array.from({ length: CELLS }, (_, cell) => {
      const descriptor = [...map.subarray((cell + 1) * CHANNELS, (cell + 2) * CHANNELS)];
      return constantPart + project(descriptor, direction);
    });
    expect(heat).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-5 });
  });

  it('is zero everywhere for an empty map, and never NaN', async () => {
    const { features, map, agreement } = await open(encoderWith(pooled));
    const { heat } = await spatialProduct(features, map.fill(0), agreement);
    expect([...heat].every(Number.isFinite)).toBe(true);
    expect(Math.max(...heat) - Math.min(...heat)).toBeLessThan(1e-6);
  });
});
