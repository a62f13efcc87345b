import { expect, test } from 'vitest';
import { nodeRuntime, runOn, webRuntime } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { compile } from '../compile.ts';
import { findConvBlock } from '../conv-block.ts';
import { gradients } from '../gradients.ts';
import { readOnnx } from '../read.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { type ConvOptions, conv2d } from './conv2d.ts';
import { multiply } from './multiply.ts';
import { reduceSum } from './reduce-sum.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { input } from './source.ts';

const block = await findConvBlock(nodeRuntime);

type Shape = readonly [number, number, number, number];

test.skipIf(block === undefined).each<[string, Shape, Shape, ConvOptions, number]>([
  ['whole blocks', [2, 32, 7, 6], [16, 32, 3, 3], { padding: 1 }, 2],
  ['few channels in', [2, 3, 9, 9], [16, 3, 5, 5], { padding: 2, stride: 2 }, 1],
  ['one channel in', [3, 1, 8, 8], [32, 1, 3, 3], {}, 1],
  ['outputs that do not fill a block', [2, 16, 6, 6], [24, 16, 3, 3], { padding: [1, 0, 0, 1] }, 1],
  ['dilation', [1, 16, 9, 9], [16, 16, 3, 3], { dilation: 2, padding: 2 }, 2],
  ['depthwise', [2, 32, 7, 7], [32, 1, 3, 3], { padding: 1, groups: 32 }, 2],
  ['depthwise, strides', [2, 16, 8, 9], [16, 1, 3, 3], { padding: [0, 0, 1, 1], stride: 2, groups: 16 }, 2],
  ['depthwise, dilation', [2, 16, 9, 9], [16, 1, 3, 3], { padding: 2, dilation: 2, groups: 16 }, 2],
  ['1×1', [2, 64, 4, 4], [32, 64, 1, 1], {}, 2],
  ['1×1 with a stride', [2, 32, 5, 4], [32, 32, 1, 1], { stride: 2 }, 1],
  ['depthwise', [3, 48, 7, 6], [48, 1, 3, 3], { padding: 1, groups: 48 }, 3],
  ['depthwise, stride', [2, 32, 8, 8], [32, 1, 3, 3], { stride: 2, padding: [0, 0, 1, 1], groups: 32 }, 3],
  ['depthwise, a row left over', [2, 32, 8, 6], [32, 1, 3, 3], { stride: 2, padding: 0, groups: 32 }, 1],
  [
    'depthwise, strides that differ',
    [2, 32, 9, 7],
    [32, 1, 3, 5],
    { stride: [1, 3], padding: 2, groups: 32 },
    1,
  ],
  ['depthwise, dilation', [2, 32, 9, 9], [32, 1, 3, 3], { dilation: 2, padding: 2, groups: 32 }, 3],
  ['depthwise, large pads', [2, 32, 5, 5], [32, 1, 2, 2], { padding: 2, groups: 32 }, 1],
])(
  'where the processor has blocked convolutions, they give what plain ones give: %s',
  async (_name, xShape, weightShape, options, atLeast) => {
    const random = createRandom('blocked');
    const x = input('x', 'float32', xShape);
    const weight = input('weight', 'float32', weightShape);
    const bias = input('bias', 'float32', [weightShape[0]]);
    const y = conv2d(x, weight, { ...options, bias });
    const [dx, dw, db] = gradients(reduceSum(multiply(y, y)), [x, weight, bias]);
    const outputs = { y, dx, dw, db };
    const feed = (tensor: Tensor) => {
      const length = (tensor.shape as number[]).reduce((product, dim) => product * dim, 1);
      return { tensor, values: Float64Array.from({ length }, () => random.normal()) };
    };
    const feeds = { x: feed(x), weight: feed(weight), bias: feed(bias) };
    const blocked = compile(outputs, { convBlock: block }).bytes;
    const numBlocked = readOnnx(blocked).nodes.filter(
      ({ opType, domain }) => opType === 'Conv' && domain === 'com.microsoft.nchwc',
    ).length;
    expect(numBlocked).toBeGreaterThanOrEqual(atLeast);

    const expected = await runOn(nodeRuntime, compile(outputs).bytes, feeds);
    const received = await runOn(nodeRuntime, blocked, feeds);
    for (const [name, values] of Object.entries(expected)) {
      expect(received[name], name).toBeAllClose(values, { rtol: 1e-4, atol: 1e-3 });
    }
  },
);

test.skipIf(block === undefined).each([
  ['relu', relu, 1],
  ['relu6', relu6, 1],
  // Made once with the activation and once without would be the convolution twice.
  ['relu6 beside another reader', (x: Tensor) => add(relu6(x), multiply(x, 2)), 0],
] as const)('an activation becomes part of the convolution: %s', async (_name, activate, numActivated) => {
  const random = createRandom('activated');
  const values = (length: number) => Float64Array.from({ length }, () => 0.7 * random.normal());
  const x = input('x', 'float32', [2, 16, 5, 4]);
  const weight = input('weight', 'float32', [32, 16, 3, 3]);
  const y = activate(conv2d(x, weight, { padding: 1 }));
  const [dx, dw] = gradients(reduceSum(multiply(y, y)), [x, weight]);
  const feeds = {
    x: { tensor: x, values: values(2 * 16 * 20) },
    weight: { tensor: weight, values: values(32 * 16 * 9) },
  };
  const blocked = compile({ y, dx, dw }, { convBlock: block }).bytes;
  const activated = readOnnx(blocked).nodes.filter(({ attributes }) => 'activation' in attributes);
  expect(activated).toHaveLength(numActivated);
  const expected = await runOn(nodeRuntime, compile({ y, dx, dw }).bytes, feeds);
  const received = await runOn(nodeRuntime, blocked, feeds);
  for (const [name, values] of Object.entries(expected)) {
    expect(received[name], name).toBeAllClose(values, { rtol: 1e-4, atol: 1e-3 });
  }
});

test('the web runtime has no blocked convolution', async () => {
  expect(await findConvBlock(webRuntime)).toBeUndefined();
});
