import { describe, expect, it } from 'vitest';
import { channelStatistics, convOracle, denseOracle, windowsOf } from '../../../test/oracles.ts';
import { runLayer } from '../../../test/run-layer.ts';
import { heNormal } from '../initializers.ts';
import { relu } from './activations.ts';
import { batchNorm } from './batch-norm.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { fromPixels } from './pixels.ts';
import { averagePool, globalAveragePool, globalMaxPool, maxPool } from './pooling.ts';
import { separableConv } from './separable-conv.ts';
import { sequential } from './sequential.ts';
import { flatten, l2Norm } from './shape.ts';

const CLOSE = { rtol: 1e-4, atol: 1e-5 };

describe('dense', () => {
  it('is x · weight + bias', async () => {
    const { x, y, shape, values } = await runLayer(dense(3), [4, 5]);
    expect(shape).toEqual([4, 3]);
    expect(y).toBeAllClose(denseOracle(x, 4, values.weight, [5, 3], values.bias), CLOSE);
  });

  it('goes without a bias', async () => {
    const { x, y, values } = await runLayer(dense(3, { bias: false }), [4, 5]);
    expect(Object.keys(values)).toEqual(['weight']);
    expect(y).toBeAllClose(denseOracle(x, 4, values.weight, [5, 3]), CLOSE);
  });
});

describe('conv', () => {
  it.each([
    ['as it is', {}, {}],
    ['strided and padded unevenly', { stride: 2, padding: [1, 0, 2, 1] }, { stride: 2, pads: [1, 0, 2, 1] }],
    // 7 × 6 at stride 2: 4 × 3 outputs of 3 taps need 2 rows and 1 column more; the odd one goes to the end.
    ['with padding "same"', { stride: 2, padding: 'same' }, { stride: 2, pads: [1, 0, 1, 1] }],
    ['dilated', { dilation: 2 }, { dilation: 2 }],
    ['in groups', { groups: 2 }, { groups: 2 }],
  ] as const)('slides its window %s', async (_name, options, oracle) => {
    const { x, y, shape, values, parameters } = await runLayer(conv(4, 3, options), [2, 2, 7, 6]);
    const expected = convOracle({
      x,
      shape: [2, 2, 7, 6],
      weight: values.weight,
      weightShape: parameters[0].shape,
      bias: values.bias,
      ...oracle,
    });
    expect(parameters.map(({ name, shape: own }) => [name, own])).toEqual([
      ['weight', [4, 'groups' in options ? 1 : 2, 3, 3]],
      ['bias', [4]],
    ]);
    expect(shape).toEqual(expected.shape);
    expect(y).toBeAllClose(expected.y, CLOSE);
  });

  it('takes windows that are not square, and goes without a bias', async () => {
    const { x, y, values } = await runLayer(conv(3, [1, 4], { bias: false }), [2, 2, 3, 6]);
    const expected = convOracle({ x, shape: [2, 2, 3, 6], weight: values.weight, weightShape: [3, 2, 1, 4] });
    expect(Object.keys(values)).toEqual(['weight']);
    expect(y).toBeAllClose(expected.y, CLOSE);
  });
});

describe('separableConv', () => {
  it('is one window a channel, then a mix of the channels', async () => {
    const { x, y, shape, values } = await runLayer(
      separableConv(5, 3, { stride: 2, padding: 1 }),
      [2, 3, 6, 5],
    );
    expect(Object.keys(values)).toEqual(['depthwise/weight', 'pointwise/weight', 'pointwise/bias']);
    const spatial = convOracle({
      x,
      shape: [2, 3, 6, 5],
      weight: values['depthwise/weight'],
      weightShape: [3, 1, 3, 3],
      groups: 3,
      stride: 2,
      pads: [1, 1, 1, 1],
    });
    const mixed = convOracle({
      x: spatial.y,
      shape: spatial.shape,
      weight: values['pointwise/weight'],
      weightShape: [5, 3, 1, 1],
      bias: values['pointwise/bias'],
    });
    expect(shape).toEqual(mixed.shape);
    expect(y).toBeAllClose(mixed.y, CLOSE);
  });
});

describe('batchNorm', () => {
  const epsilon = 0.01;
  const layer = batchNorm({ momentum: 0.8, epsilon });
  // [3, 2, 2, 2] as [3, 2, 4]: the statistics are over images and places.
  const normalised = (
    x: ArrayLike<number>,
    { mean, variance }: { mean: ArrayLike<number>; variance: ArrayLike<number> },
    { scale, bias }: Readonly<Record<string, ArrayLike<number>>>,
  ) =>
    Array.from(x, (value, i) => {
      const c = Math.floor(i / 4) % 2;
      return (scale[c] * (value - mean[c])) / Math.sqrt(variance[c] + epsilon) + bias[c];
    });

  it("uses the batch's statistics while training, and lets the running ones follow", async () => {
    const { x, y, values, updates } = await runLayer(layer, [3, 2, 2, 2], { training: true });
    const batch = channelStatistics(x, [3, 2, 4]);
    expect(y).toBeAllClose(normalised(x, batch, values), CLOSE);
    const follow = (old: Float64Array, now: number[]) => now.map((value, c) => 0.8 * old[c] + 0.2 * value);
    expect(updates.mean).toBeAllClose(follow(values.mean, batch.mean), CLOSE);
    expect(updates.variance).toBeAllClose(follow(values.variance, batch.variance), CLOSE);
  });

  it('uses the running statistics otherwise, and leaves them', async () => {
    const { x, y, values, updates } = await runLayer(layer, [3, 2, 2, 2]);
    expect(y).toBeAllClose(normalised(x, { mean: values.mean, variance: values.variance }, values), CLOSE);
    expect(updates).toEqual({});
  });

  it('learns scale and bias, not the statistics; none of them decays', async () => {
    const { parameters } = await runLayer(layer, [3, 2, 2, 2]);
    expect(parameters.map(({ name, trainable, decays }) => [name, trainable, decays])).toEqual([
      ['scale', true, false],
      ['bias', true, false],
      ['mean', false, false],
      ['variance', false, false],
    ]);
  });

  it('stays finite on a channel that does not vary', async () => {
    const { y, values } = await runLayer(layer, [3, 1], { training: true, x: [5, 5, 5] });
    expect(y).toBeAllClose([values.bias[0], values.bias[0], values.bias[0]], CLOSE);
  });
});

describe('dropout', () => {
  const LENGTH = 4000;

  it('drops where the bits say so, and scales up what stays', async () => {
    const rate = 0.25;
    const threshold = rate * 2 ** 32 - 2 ** 31;
    const bits = [-(2 ** 31), threshold - 1, threshold, 2 ** 31 - 1];
    const { y } = await runLayer(dropout(rate), [1, 4], { training: true, x: [3, 6, 9, -12], bits });
    expect(y).toBeAllClose([0, 0, 12, -16]);
  });

  it('drops about its share, and keeps the mean', async () => {
    const ones = new Float64Array(LENGTH).fill(1);
    const { y } = await runLayer(dropout(0.4), [LENGTH, 1], { training: true, x: ones });
    const dropped = y.filter((value) => value === 0).length / LENGTH;
    const mean = y.reduce((sum, value) => sum + value, 0) / LENGTH;
    // Five standard deviations of a share of 4,000.
    expect(Math.abs(dropped - 0.4)).toBeLessThan(5 * Math.sqrt((0.4 * 0.6) / LENGTH));
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(0.4 / 0.6 / LENGTH));
  });

  it('drops the same for the same bits', async () => {
    const [one, two] = [0, 1].map(() => runLayer(dropout(0.5), [8, 9], { training: true }));
    expect((await one).y).toEqual((await two).y);
  });

  it('is nothing outside training, or at rate 0', async () => {
    const still = await runLayer(dropout(0.5), [4, 3]);
    expect(still.y).toEqual([...still.x]);
    const none = await runLayer(dropout(0), [4, 3], { training: true });
    expect(none.y).toEqual([...none.x]);
  });

  it('refuses to drop everything', async () => {
    await expect(runLayer(dropout(1), [4, 3], { training: true })).rejects.toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });
});

describe('pooling', () => {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('takes the largest value under each window', async () => {
    const { x, y, shape } = await runLayer(maxPool(2), [2, 3, 5, 4]);
    expect(shape).toEqual([2, 3, 2, 2]);
    const windows = windowsOf(x, [2, 3, 5, 4], 2, 2, [0, 0, 2, 2]);
    expect(y).toBeAllClose(windows.map((values) => Math.max(...values)));
  });

  it('takes the largest value of windows that reach over the border', async () => {
    const { x, y, shape } = await runLayer(maxPool(2, { padding: 'same' }), [2, 1, 5, 4]);
    expect(shape).toEqual([2, 1, 3, 2]);
    const windows = windowsOf(x, [2, 1, 5, 4], 2, 2, [0, 0, 3, 2]);
    expect(y).toBeAllClose(windows.map((values) => Math.max(...values)));
  });

  it('takes the mean under each window', async () => {
    const { x, y, shape } = await runLayer(averagePool(3, { stride: 1 }), [2, 2, 5, 4]);
    expect(shape).toEqual([2, 2, 3, 2]);
    expect(y).toBeAllClose(windowsOf(x, [2, 2, 5, 4], 3, 1, [0, 0, 3, 2]).map(mean), CLOSE);
  });

  it('takes the mean, or the largest value, of whole channels', async () => {
    const planes = (x: Float64Array) =>
      Array.from({ length: 6 }, (_, plane) => [...x.subarray(plane * 20, (plane + 1) * 20)]);
    const average = await runLayer(globalAveragePool, [2, 3, 5, 4]);
    expect(average.shape).toEqual([2, 3]);
    expect(average.y).toBeAllClose(planes(average.x).map(mean), CLOSE);
    const most = await runLayer(globalMaxPool, [2, 3, 5, 4]);
    expect(most.shape).toEqual([2, 3]);
    expect(most.y).toBeAllClose(planes(most.x).map((values) => Math.max(...values)));
  });
});

describe('shapes', () => {
  it('flatten keeps the order of the numbers', async () => {
    const { x, y, shape } = await runLayer(flatten, [2, 3, 4, 5]);
    expect(shape).toEqual([2, 60]);
    expect(y).toEqual([...x]);
  });

  it('l2Norm gives each row length 1, and leaves zeros finite', async () => {
    const { y } = await runLayer(l2Norm, [3, 2], { x: [3, 4, -5, 12, 0, 0] });
    expect(y).toBeAllClose([3 / 5, 4 / 5, -5 / 13, 12 / 13, 0, 0], CLOSE);
  });

  it('relu keeps what is above 0', async () => {
    const { y } = await runLayer(relu, [1, 4], { x: [-2, 0, 0.5, 3] });
    expect(y).toEqual([0, 0, 0.5, 3]);
  });
});

describe('fromPixels', () => {
  const scale = { mean: 0.25, deviation: 0.5 };

  it('scales bytes and puts the channels first', async () => {
    const bytes = Uint8Array.from({ length: 2 * 2 * 3 * 3 }, (_, i) => (i * 37) % 256);
    const { y, shape } = await runLayer((x) => fromPixels(x, scale), [2, 2, 3, 3], {
      dtype: 'uint8',
      x: bytes,
    });
    expect(shape).toEqual([2, 3, 2, 3]);
    const expected: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let c = 0; c < 3; c++)
        for (let place = 0; place < 6; place++)
          expected.push((bytes[(n * 6 + place) * 3 + c] / 255 - 0.25) / 0.5);
    expect(y).toBeAllClose(expected, CLOSE);
  });

  it('scales grey bytes, around any mean', async () => {
    for (const mean of [0, 0.4]) {
      const { y, shape } = await runLayer((x) => fromPixels(x, { mean, deviation: 1 }), [2, 1, 2, 1], {
        dtype: 'uint8',
        x: [0, 255, 51, 102],
      });
      expect(shape).toEqual([2, 1, 1, 2]);
      expect(y).toBeAllClose([0 - mean, 1 - mean, 0.2 - mean, 0.4 - mean], CLOSE);
    }
  });
});

describe('sequential', () => {
  it('goes from layer to layer, and names their parameters', async () => {
    const layer = sequential({ first: dense(4, { initializer: heNormal }), relu, second: dense(2) });
    const { x, y, values, parameters } = await runLayer(layer, [3, 5]);
    const hidden = denseOracle(x, 3, values['first/weight'], [5, 4], values['first/bias']);
    const active = hidden.map((value) => Math.max(value, 0));
    expect(y).toBeAllClose(
      denseOracle(active, 3, values['second/weight'], [4, 2], values['second/bias']),
      CLOSE,
    );
    expect(parameters.map(({ name }) => name)).toEqual([
      'first/weight',
      'first/bias',
      'second/weight',
      'second/bias',
    ]);
  });
});
