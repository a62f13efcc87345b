import { expect, test } from 'vitest';
import { checkOp, runOnBoth } from '../../../test/gradcheck.ts';
import { batchNorm, batchNormInference } from './batch-norm.ts';
import { layerNorm } from './layer-norm.ts';
import { input } from './source.ts';

/** `[N, C, S]` by plain loops. */
function normalize(x: Float64Array, scale: Float64Array, bias: Float64Array, area: number, epsilon: number) {
  const numChannels = scale.length;
  const y = new Float64Array(x.length);
  for (let c = 0; c < numChannels; c++) {
    const cells = [...x.keys()].filter((i) => Math.floor(i / area) % numChannels === c);
    const mean = cells.reduce((sum, i) => sum + x[i], 0) / cells.length;
    const variance = cells.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / cells.length;
    for (const i of cells) y[i] = (scale[c] * (x[i] - mean)) / Math.sqrt(variance + epsilon) + bias[c];
  }
  return y;
}

test('batchNorm: a channel of 1, 3 becomes −1, 1, and then 0, 2 by a bias of 1', async () => {
  const [x, one] = [input('x', 'float32', [2, 1]), input('one', 'float32', [1])];
  const { y, mean, variance } = batchNorm(x, one, one, 0);
  const result = await runOnBoth(
    { y, mean, variance },
    { x: { tensor: x, values: [1, 3] }, one: { tensor: one, values: [1] } },
  );
  expect(result).toEqual({ y: [0, 2], mean: [2], variance: [1] });
});

test('batchNorm: images and vectors', async () => {
  await checkOp({
    operands: [{ shape: [3, 2, 2, 3] }, { shape: [2] }, { shape: [2] }],
    build: (x, scale, bias) => batchNorm(x, scale, bias).y,
    oracle: (x, scale, bias) => normalize(x, scale, bias, 6, 1e-5),
  });
  await checkOp({
    operands: [{ shape: [5, 3] }, { shape: [3] }, { shape: [3] }],
    build: (x, scale, bias) => batchNorm(x, scale, bias, 0.01).y,
    oracle: (x, scale, bias) => normalize(x, scale, bias, 1, 0.01),
  });
});

test('batchNorm: a constant channel, one far from 0', () =>
  checkOp({
    operands: [
      { shape: [3, 2], values: [5, 1000, 5, 1001, 5, 1003] },
      { shape: [2], values: [2, -1] },
      { shape: [2], values: [0.5, 3] },
    ],
    build: (x, scale, bias) => batchNorm(x, scale, bias, 0.1).y,
    oracle: (x, scale, bias) => normalize(x, scale, bias, 1, 0.1),
  }));

test('batchNorm: its mean and variance carry gradients too', () =>
  checkOp({
    operands: [{ shape: [3, 1, 2, 2] }, { shape: [1], constant: true }],
    build: (x, one) => batchNorm(x, one, one).variance,
    oracle: (x) => {
      const mean = x.reduce((sum, value) => sum + value, 0) / 12;
      return [x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 12];
    },
  }));

test('batchNormInference: images and vectors by given statistics', async () => {
  for (const shape of [
    [2, 3, 2, 2],
    [4, 3],
  ]) {
    const area = shape.length === 4 ? 4 : 1;
    await checkOp({
      operands: [
        { shape },
        { shape: [3] },
        { shape: [3] },
        { shape: [3], constant: true },
        { shape: [3], values: [0.2, 1, 7], constant: true },
      ],
      build: (x, scale, bias, mean, variance) => batchNormInference(x, scale, bias, mean, variance, 0.001),
      oracle: (x, scale, bias, mean, variance) =>
        x.map((value, i) => {
          const c = Math.floor(i / area) % 3;
          return (scale[c] * (value - mean[c])) / Math.sqrt(variance[c] + 0.001) + bias[c];
        }),
    });
  }
});

test('batchNormInference: an open batch', async () => {
  const [x, c] = [input('x', 'float32', ['N', 1, 1, 2]), input('c', 'float32', [1])];
  const { y } = await runOnBoth(
    { y: batchNormInference(x, c, c, c, c, 0) },
    { x: { tensor: { ...x, shape: [1, 1, 1, 2] }, values: [4, 8] }, c: { tensor: c, values: [4] } },
  );
  expect(y).toBeAllClose([4, 12]);
});

test('layerNorm: rows, and matrices at once', async () => {
  const one = (x: Float64Array, width: number, scale: Float64Array, bias: Float64Array, epsilon: number) =>
    x.map((value, i) => {
      const row = x.slice(i - (i % width), i - (i % width) + width);
      const mean = row.reduce((sum, entry) => sum + entry, 0) / width;
      const variance = row.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / width;
      return (scale[i % width] * (value - mean)) / Math.sqrt(variance + epsilon) + bias[i % width];
    });
  await checkOp({
    operands: [{ shape: [2, 3, 5] }, { shape: [5] }, { shape: [5] }],
    build: (x, scale, bias) => layerNorm(x, scale, bias),
    oracle: (x, scale, bias) => one(x, 5, scale, bias, 1e-5),
  });
  await checkOp({
    operands: [{ shape: [3, 2, 2] }, { shape: [2, 2] }, { shape: [2, 2] }],
    build: (x, scale, bias) => layerNorm(x, scale, bias),
    oracle: (x, scale, bias) => one(x, 4, scale, bias, 1e-5),
  });
  await checkOp({
    operands: [{ shape: [2, 3], values: [7, 7, 7, 1, 2, 3] }, { shape: [3] }, { shape: [3] }],
    build: (x, scale, bias) => layerNorm(x, scale, bias, 0.1),
    oracle: (x, scale, bias) => one(x, 3, scale, bias, 0.1),
  });
});

test('norms: vectors of another length are refused', () => {
  const [x, wrong] = [input('x', 'float32', [4, 3]), input('wrong', 'float32', [4])];
  expect(() => batchNorm(x, wrong, wrong)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  expect(() => layerNorm(x, wrong, wrong)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
});
