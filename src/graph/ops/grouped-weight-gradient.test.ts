import { expect, test } from 'vitest';
import { checkOp, nodeRuntime, runOn } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { compile } from '../compile.ts';
import { findConvBlock } from '../conv-block.ts';
import { readOnnx } from '../read.ts';
import { convWeightGradient } from './conv2d-weight-gradient.ts';
import { input } from './source.ts';

const block = await findConvBlock(nodeRuntime);

/** `dW[o, c, u, v] = Σ dy[n, o, i, j] · x[n, group·C + c, i·s + u − top, j·s + v − left]` for a 3×3 window. */
function oracle(
  x: Float64Array,
  dy: Float64Array,
  [numImages, channels, size]: readonly number[],
  [numOut, groups, outSize, stride, pad]: readonly number[],
): number[] {
  const perGroup = channels / groups;
  const result: number[] = [];
  for (let o = 0; o < numOut; o++) {
    for (let c = 0; c < perGroup; c++) {
      for (let tap = 0; tap < 9; tap++) {
        let sum = 0;
        for (let n = 0; n < numImages; n++) {
          for (let i = 0; i < outSize; i++) {
            for (let j = 0; j < outSize; j++) {
              const row = i * stride + Math.floor(tap / 3) - pad;
              const column = j * stride + (tap % 3) - pad;
              if (row < 0 || column < 0 || row >= size || column >= size) continue;
              const channel = Math.floor(o / (numOut / groups)) * perGroup + c;
              sum +=
                dy[((n * numOut + o) * outSize + i) * outSize + j] *
                x[((n * channels + channel) * size + row) * size + column];
            }
          }
        }
        result.push(sum);
      }
    }
  }
  return result;
}

test.each([
  ['depthwise', [2, 3, 4], [3, 3, 4, 1, 1]],
  ['two groups, strides', [2, 4, 5], [6, 2, 3, 2, 1]],
])('%s: values, and the gradients of the gradient', (_, image, conv) => {
  const [numImages, channels, size] = image;
  const [numOut, groups, outSize, stride, pad] = conv;
  return checkOp({
    operands: [
      { shape: [numImages, channels, size, size] },
      { shape: [numImages, numOut, outSize, outSize] },
    ],
    build: (x, dy) =>
      convWeightGradient(x, dy, [numOut, channels / groups, 3, 3], {
        kernel: [3, 3],
        strides: [stride, stride],
        pads: [pad, pad, pad, pad],
        dilations: [1, 1],
        groups,
      }),
    oracle: (x, dy) => oracle(x, dy, image, conv),
  });
});

test.skipIf(block === undefined)('in blocks, each channel of each image by itself', async () => {
  const [image, conv] = [
    [2, 16, 7],
    [16, 16, 4, 2, 1],
  ];
  const [x, dy] = [input('x', 'float32', [2, 16, 7, 7]), input('dy', 'float32', [2, 16, 4, 4])];
  const attributes = {
    kernel: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    dilations: [1, 1],
    groups: 16,
  } as const;
  const { bytes } = compile(
    { y: convWeightGradient(x, dy, [16, 1, 3, 3], attributes) },
    { convBlock: block },
  );
  expect(readOnnx(bytes).nodes.find(({ opType }) => opType === 'Conv')?.domain).toBe('com.microsoft.nchwc');
  const random = createRandom('grouped');
  const [images, slopes] = [2 * 16 * 49, 2 * 16 * 16].map((length) =>
    Float64Array.from({ length }, () => random.normal()),
  );
  const { y } = await runOn(nodeRuntime, bytes, {
    x: { tensor: x, values: images },
    dy: { tensor: dy, values: slopes },
  });
  expect(y).toBeAllClose(oracle(images, slopes, image, conv), { rtol: 1e-4, atol: 1e-4 });
});
