import { describe, expect, it } from 'vitest';
import { nodeRuntime, webRuntime } from '../../test/gradcheck.ts';
import { smallEncoder, smallImages } from '../../test/small-model.ts';
import { createRandom } from '../base/random.ts';
import { readOnnx } from '../graph/read.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { createEmbedder } from '../model/embedder.ts';
import { editGraph } from './editable-graph.ts';
import { quantizeEncoder } from './quantize.ts';
import { affineOf, quantizeWeights } from './quantize-weights.ts';
import { createValueHistogram } from './value-histogram.ts';

const SIDE = 16;
const random = createRandom('quantize');

const embedWith = async (encoder: Uint8Array, images: Uint8Array, runtime: Runtime = nodeRuntime) =>
  (await createEmbedder(encoder, runtime)).embed(images);

const quantize = (encoder: Uint8Array, weightBits?: 7 | 8) =>
  quantizeEncoder(encoder, {
    dims: [SIDE, SIDE, 3],
    images: [smallImages(8, SIDE, 3, 'seen'), smallImages(8, SIDE, 3, 'seen too')],
    weightBits,
    runtime: nodeRuntime,
  });

describe('quantizeEncoder', () => {
  it.each(['compact', 'residual'] as const)('%s embeds nearly as before', async (network) => {
    const encoder = smallEncoder({ network, side: SIDE });
    const copy = encoder.slice();
    const { encoder: quantized, numQuantized, numLayers } = await quantize(encoder);
    expect(Buffer.compare(encoder, copy)).toBe(0);
    expect(numQuantized).toBe(numLayers);
    expect(numLayers).toBe(network === 'compact' ? 4 : 11);
    const images = smallImages(20, SIDE, 3, 'unseen');
    const [before, after] = [await embedWith(encoder, images), await embedWith(quantized, images)];
    const distances = Array.from({ length: 20 }, (_, n) =>
      Math.hypot(...before.subarray(n * 64, n * 64 + 64).map((value, i) => value - after[n * 64 + i])),
    );
    // Embeddings have length 1; those of different images lie far farther apart than a copy from its original.
    const apart = Math.hypot(...before.subarray(0, 64).map((value, i) => value - before[64 + i]));
    expect(Math.max(...distances)).toBeLessThan(Math.min(0.1, apart / 3));
    // A network in 8 bits that gives the very same numbers would be none.
    expect(Math.max(...distances)).toBeGreaterThan(1e-4);
  });

  it('stores weights in one byte each, and keeps input and output', async () => {
    const encoder = smallEncoder({ side: SIDE });
    const { encoder: quantized } = await quantize(encoder);
    expect(quantized.length).toBeLessThan(encoder.length / 3);
    const [before, after] = [readOnnx(encoder), readOnnx(quantized)];
    expect([after.inputs, after.outputs]).toEqual([before.inputs, before.outputs]);
    const types = new Map(
      editGraph(quantized).graph.initializer.map(({ name, dataType }) => [name, dataType]),
    );
    for (const name of ['stem/weight', 'hidden/weight', 'embedding/weight']) expect(types.get(name)).toBe(3);
    expect(types.get('stem/bias')).toBe(6);
    expect(after.domains).toEqual({});
  });

  it('embeds the same on onnxruntime-web', async () => {
    const { encoder: quantized } = await quantize(smallEncoder({ side: SIDE }));
    const images = smallImages(4, SIDE, 3, 'unseen');
    const onWeb = await embedWith(quantized, images, webRuntime);
    // One level up or down where the two round apart.
    expect(onWeb).toBeAllClose(await embedWith(quantized, images), { rtol: 0, atol: 0.01 });
  });

  it('takes weights of 7 bits, which are farther off', async () => {
    const encoder = smallEncoder({ side: SIDE });
    const { encoder: quantized } = await quantize(encoder, 7);
    for (const { name, dataType, rawData } of editGraph(quantized).graph.initializer) {
      if (dataType !== 3 || name.endsWith('zero')) continue;
      const largest = new Int8Array(rawData.slice().buffer).reduce(
        (most, w) => Math.max(most, Math.abs(w)),
        0,
      );
      expect(largest, name).toBe(63);
    }
  });

  it('refuses a network without layers', async () => {
    const edit = editGraph(smallEncoder({ side: SIDE }));
    for (const node of edit.graph.node) if (node.opType === 'Conv') node.input[1] = node.input[0];
    for (const node of edit.graph.node) if (node.opType === 'MatMul') node.opType = 'Mod';
    const run = quantizeEncoder(edit.toBytes(), {
      dims: [SIDE, SIDE, 3],
      images: [],
      runtime: {
        ...nodeRuntime,
        load: async () => ({ inputs: {}, outputs: {}, run: async () => ({}), close: async () => {} }),
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'E_MODEL' });
    await expect(run).rejects.toThrow(/nothing in this network[\s\S]*help: export it as onnx/);
  });
});

describe('quantizeWeights', () => {
  it.each([
    [0, [3, 2, 2]],
    [1, [4, 3]],
  ])('gives each channel along axis %i steps of its own', (axis, shape) => {
    const count = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: count }, () => random.normal());
    const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    const { data, scales } = quantizeWeights(values, shape, axis);
    for (let c = 0; c < shape[axis]; c++) {
      const own = Array.from(values.keys()).filter((i) => Math.floor(i / inner) % shape[axis] === c);
      const largest = Math.max(...own.map((i) => Math.abs(values[i])));
      expect(scales[c]).toBeCloseTo(largest / 127, 6);
      for (const i of own)
        expect(Math.abs(data[i] * scales[c] - values[i])).toBeLessThanOrEqual(scales[c] * 0.501);
    }
  });

  it('gives zeros a scale that is no zero, and keeps scales above those asked for', () => {
    expect(quantizeWeights(new Float32Array(4), [2, 2], 0).scales).toEqual(Float32Array.of(1, 1));
    const { data, scales } = quantizeWeights(Float32Array.of(1e-9, -1e-9), [1, 2], 0, {
      leastScales: Float32Array.of(1e-3),
    });
    expect(scales).toEqual(Float32Array.of(1e-3));
    expect([...data].map(Math.abs)).toEqual([0, 0]);
  });
});

describe('affineOf', () => {
  it.each([
    [{ low: 0, high: 6 }, 6 / 255, 0],
    [{ low: -1, high: 1 }, 2 / 255, 127],
    [{ low: 2, high: 4 }, 4 / 255, 0],
    [{ low: -4, high: -2 }, 4 / 255, 255],
    [{ low: 0, high: 0 }, 1, 0],
  ])('of %o has 0 among its levels', (range, scale, zeroPoint) => {
    const affine = affineOf(range);
    expect(affine.scale).toBeCloseTo(scale, 6);
    // Half-way between two levels either is right.
    expect(Math.abs(affine.zeroPoint - zeroPoint)).toBeLessThanOrEqual(1);
  });
});

describe('createValueHistogram', () => {
  it('takes the whole range of even numbers, and not that of a lone large one', () => {
    const even = createValueHistogram();
    even.add(Float32Array.from({ length: 10_000 }, (_, i) => i / 1000 - 3));
    const whole = even.bestRange();
    expect(whole.low).toBeCloseTo(-3, 1);
    expect(whole.high).toBeCloseTo(7, 1);

    const lone = createValueHistogram();
    lone.add(Float32Array.from({ length: 1_000_000 }, () => Math.abs(random.normal())));
    lone.add(Float32Array.of(12));
    const { low, high } = lone.bestRange();
    expect(low).toBe(0);
    expect(high).toBeLessThan(10);
    expect(high).toBeGreaterThan(3);
  });

  it('is as good as any range of a plain search over the numbers themselves', () => {
    const values = Float32Array.from({ length: 20_000 }, () => random.normal() ** 3);
    const histogram = createValueHistogram();
    // In parts, so that the range has to grow.
    for (let i = 0; i < 20; i++) histogram.add(values.subarray(i * 1000, (i + 1) * 1000).map((v) => v * 1));
    const errorOf = (low: number, high: number) => {
      const step = (high - low) / 255;
      return values.reduce((sum, value) => {
        const level = Math.round((Math.max(low, Math.min(high, value)) - low) / step) * step + low;
        return sum + (level - value) ** 2;
      }, 0);
    };
    const { low, high } = histogram.bestRange();
    const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    const best = Math.min(
      ...Array.from({ length: 36 }, (_, i) => errorOf(least * (1 - i * 0.02), most * (1 - i * 0.02))),
    );
    expect(errorOf(low, high)).toBeLessThan(best * 1.05);
    expect(errorOf(low, high)).toBeLessThan(errorOf(least, most));
  });

  it('knows of zeros alone, and of nothing', () => {
    const histogram = createValueHistogram();
    expect(histogram.bestRange()).toEqual({ low: 0, high: 0 });
    histogram.add(new Float32Array(5));
    histogram.add(Float32Array.of(Number.NaN));
    expect(histogram.bestRange()).toEqual({ low: 0, high: 0 });
  });
});
