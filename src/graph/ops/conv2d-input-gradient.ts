import type { Shape, Tensor } from '../tensor.ts';
import { convTranspose2d } from './conv-transpose2d.ts';
import { type ConvAttributes, conv2d } from './conv2d.ts';
import { flip } from './flip.ts';
import { unslice } from './slice.ts';
import { transpose } from './transpose.ts';

/** Below so many pixels, or channels, of x the turned convolution has too little to do for each window that it copies. */
const MIN_PIXELS = 100;
const MIN_CHANNELS = 16;

/**
 * `∂loss/∂x` of a convolution. Where it can be turned round, that is a convolution again, which ONNX Runtime does faster
 * than its `ConvTranspose` on large images of many channels (11 against 12 ms at 160×32×14×14), and half as fast on small
 * ones (16 against 8 ms at 110×64×7×7). With blocked convolutions it is always faster; `convTranspose2d` sees to that.
 */
export function convInputGradient(
  dy: Tensor,
  weight: Tensor,
  shape: Shape,
  attributes: ConvAttributes,
): Tensor {
  const [, channels, height, width] = shape.map(Number);
  const isPointwise = attributes.kernel.every((taps) => taps === 1);
  const isLarge = height * width >= MIN_PIXELS && channels >= MIN_CHANNELS;
  const turned = isPointwise || isLarge ? turnedConv(dy, weight, attributes) : undefined;
  return turned ?? convTranspose2d(dy, weight, shape, attributes);
}

/**
 * The adjoint of a convolution with stride 1 and one group as a convolution: the weight turned round, its channel axes
 * swapped. Undefined where strides, groups or large pads are in the way.
 */
export function turnedConv(
  dy: Tensor,
  weight: Tensor,
  { kernel, strides, pads, dilations, groups }: ConvAttributes,
): Tensor | undefined {
  const span = [0, 1].map((i) => (kernel[i] - 1) * dilations[i]);
  const mirrored = [0, 1, 2, 3].map((side) => span[side % 2] - pads[side]) as [
    number,
    number,
    number,
    number,
  ];
  if (groups !== 1 || strides.some((stride) => stride !== 1) || mirrored.some((rows) => rows < 0))
    return undefined;
  const turned = kernel.every((taps) => taps === 1) ? weight : flip(weight, [2, 3]);
  return conv2d(dy, transpose(turned, [1, 0, 2, 3]), { padding: mirrored, dilation: dilations });
}

/**
 * The adjoint of a depthwise convolution as one: the weight turned round, `y` with zeros between its pixels where there
 * are strides. Undefined where it is not depthwise, or large pads are in the way.
 */
export function turnedDepthwise(
  y: Tensor,
  weight: Tensor,
  shape: Shape,
  { kernel, strides, pads, dilations, groups }: ConvAttributes,
): Tensor | undefined {
  if (groups === 1 || groups !== shape[1] || groups !== weight.shape[0]) return undefined;
  const size = shape.slice(2).map(Number);
  const spread = y.shape.slice(2).map((dim, i) => (Number(dim) - 1) * strides[i] + 1);
  const span = [0, 1].map((i) => (kernel[i] - 1) * dilations[i]);
  const before = [0, 1].map((i) => span[i] - pads[i]);
  const after = [0, 1].map((i) => size[i] + span[i] - spread[i] - before[i]);
  if ([...before, ...after].some((rows) => rows < 0)) return undefined;
  const apart = unslice(y, [...y.shape.slice(0, 2), ...spread], [2, 3], [0, 0], strides);
  return conv2d(apart, flip(weight, [2, 3]), {
    padding: [before[0], before[1], after[0], after[1]],
    dilation: dilations,
    groups,
  });
}
