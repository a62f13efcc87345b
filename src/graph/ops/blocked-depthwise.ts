import type { Emitter, Shape } from '../tensor.ts';
import { BLOCKED_DOMAIN, reshaped, summed } from './blocked.ts';
import type { ConvAttributes } from './conv2d.ts';

// Depthwise convolutions in ONNX Runtime's blocked layout: a block of channels is computed in one go, where the plain
// ops take one channel after another. At 32×960×7×7, 3×3, one thread: forward 0.9 against 7 ms, gradient of the image 1
// against 10 ms, gradient of the weight 0.9 against 16 ms.

type Pads = readonly [number, number, number, number];

/** Whether each of the channels has a window of its own, and they fill blocks. */
export function isBlockedDepthwise(block: number, x: Shape, weight: Shape, groups: number): boolean {
  const [numImages, channels] = x;
  return (
    typeof numImages === 'number' &&
    groups > 1 &&
    channels === groups &&
    weight[0] === groups &&
    groups % block === 0
  );
}

/** `[N, C, H, W]`, weight `[C, 1, kH, kW]` → `[N, C, H', W']`. */
export function emitBlockedDepthwise(
  emitter: Emitter,
  [x, weight, ...bias]: readonly string[],
  { kernel, strides, pads, dilations, groups }: ConvAttributes,
): string {
  const result = emitter.node(
    'Conv',
    [emitter.toBlocks(x), blockWeight(emitter, weight, groups, kernel), ...bias],
    { kernel_shape: kernel, strides, pads, dilations, group: groups },
    BLOCKED_DOMAIN,
  );
  return emitter.fromBlocks(result, groups);
}

/**
 * Pads of the convolution that is the adjoint of this one, over `dy` with its pixels set `strides` apart; undefined where
 * some would be negative.
 */
export function adjointPads(
  image: Shape,
  dy: Shape,
  { kernel, strides, pads, dilations }: ConvAttributes,
): Pads | undefined {
  const span = kernel.map((taps, i) => (taps - 1) * dilations[i]);
  const before = span.map((reach, i) => reach - pads[i]);
  const after = span.map(
    (reach, i) => Number(image[2 + i]) - Number(dy[2 + i]) * strides[i] - before[i] + reach,
  );
  const all: Pads = [before[0], before[1], after[0], after[1]];
  return all.every((rows) => rows >= 0) ? all : undefined;
}

/** The adjoint: `dy [N, C, H', W']`, weight `[C, 1, kH, kW]` → `[N, C, H, W]`, as a convolution with the weight turned round. */
export function emitBlockedDepthwiseAdjoint(
  emitter: Emitter,
  [dy, weight]: readonly string[],
  dyShape: Shape,
  { kernel, strides, dilations, groups }: ConvAttributes,
  pads: Pads,
): string {
  const block = emitter.convBlock!;
  const [numImages, , height, width] = dyShape.map(Number);
  const numBlocks = (numImages * groups) / block;
  let apart = emitter.toBlocks(dy);
  // Zeros after each pixel, then after each row: of either a run in memory.
  if (strides[1] > 1) apart = followedByZeros(emitter, apart, numBlocks * height * width, block, strides[1]);
  if (strides[0] > 1) {
    apart = followedByZeros(emitter, apart, numBlocks * height, width * strides[1] * block, strides[0]);
  }
  if (apart !== emitter.toBlocks(dy)) {
    apart = reshaped(emitter, apart, [numImages, groups, height * strides[0], width * strides[1]]);
  }
  const numTaps = kernel[0] * kernel[1];
  const one = emitter.int64s([1]);
  const back = emitter.int64s([-1]);
  const turned = emitter.node('Slice', [
    reshaped(emitter, weight, [groups, numTaps]),
    back,
    emitter.int64s([-(2 ** 53)]),
    one,
    back,
  ]);
  const result = emitter.node(
    'Conv',
    [apart, blockWeight(emitter, turned, groups, kernel)],
    { kernel_shape: kernel, strides: [1, 1], pads, dilations, group: groups },
    BLOCKED_DOMAIN,
  );
  return emitter.fromBlocks(result, groups);
}

/**
 * Pads under which the convolution of an image with `dy` in the place of the weight has `kernel` results; undefined where
 * there are none.
 */
export function weightGradientPads(
  image: Shape,
  dy: Shape,
  { kernel, strides, pads, dilations }: ConvAttributes,
): Pads | undefined {
  const after = kernel.map(
    (taps, i) =>
      (taps - 1) * dilations[i] + (Number(dy[2 + i]) - 1) * strides[i] + 1 - Number(image[2 + i]) - pads[i],
  );
  return after.every((rows) => rows >= 0) ? [pads[0], pads[1], after[0], after[1]] : undefined;
}

/**
 * `∂loss/∂weight [C, 1, kH, kW]`: each channel of each image is convolved with its own `dy` as the window. In memory the
 * blocks of a batch are those of one image with N·C channels, and the blocks of `dy` those of its weight.
 */
export function emitBlockedDepthwiseWeightGradient(
  emitter: Emitter,
  [x, dy]: readonly string[],
  [xShape, dyShape]: readonly Shape[],
  { kernel, strides, dilations, groups }: ConvAttributes,
  pads: Pads,
): string {
  const block = emitter.convBlock!;
  const [numImages, , ...size] = xShape.map(Number);
  const windows = dyShape.slice(2).map(Number);
  const numChannels = numImages * groups;
  const taps = emitter.node(
    'Conv',
    [
      reshaped(emitter, emitter.toBlocks(x), [1, numChannels, ...size]),
      reshaped(emitter, emitter.toBlocks(dy), [numChannels, 1, ...windows]),
    ],
    { kernel_shape: windows, strides: dilations, pads, dilations: strides, group: numChannels },
    BLOCKED_DOMAIN,
  );
  const numTaps = kernel[0] * kernel[1];
  const total = summed(emitter, reshaped(emitter, taps, [numImages, groups * numTaps]), 0);
  const blocks = reshaped(emitter, total, [groups / block, numTaps, block]);
  return reshaped(emitter, emitter.node('Transpose', [blocks], { perm: [0, 2, 1] }), [groups, 1, ...kernel]);
}

/** `[C, 1, kH, kW]` as `[C / block, kH, kW, block]`. */
function blockWeight(emitter: Emitter, weight: string, channels: number, kernel: readonly number[]): string {
  const block = emitter.convBlock!;
  const apart = reshaped(emitter, weight, [channels / block, block, kernel[0] * kernel[1]]);
  const ordered = emitter.node('Transpose', [apart], { perm: [0, 2, 1] });
  return reshaped(emitter, ordered, [channels, 1, ...kernel]);
}

/** Each of `numRuns` runs of `length` numbers, with zeros after it up to `times` its length. */
function followedByZeros(emitter: Emitter, value: string, numRuns: number, length: number, times: number) {
  const runs = reshaped(emitter, value, [numRuns, length]);
  return emitter.node('Pad', [runs, emitter.int64s([0, 0, 0, (times - 1) * length])]);
}
