import type { Shape, Tensor } from '../tensor.ts';
import { convTranspose2d } from './conv-transpose2d.ts';
import { type ConvAttributes, conv2d } from './conv2d.ts';
import { flip } from './flip.ts';
import { transpose } from './transpose.ts';

/** Below so many pixels, or channels, of x the turned convolution has too little to do for each patch that it gathers. */
const MIN_PIXELS = 100;
const MIN_CHANNELS = 16;

/**
 * `∂loss/∂x` of a convolution. With stride 1 and one group it can be a convolution of `dy` with the weight turned round
 * and its channel axes swapped, which ONNX Runtime does faster than its `ConvTranspose` on large images of many channels
 * (11 against 12 ms at 160×32×14×14), and half as fast on small ones (16 against 8 ms at 110×64×7×7).
 */
export function convInputGradient(
  dy: Tensor,
  weight: Tensor,
  shape: Shape,
  attributes: ConvAttributes,
): Tensor {
  const { kernel, strides, pads, dilations, groups } = attributes;
  const [, channels, height, width] = shape.map(Number);
  const span = [0, 1].map((i) => (kernel[i] - 1) * dilations[i]);
  const mirrored = [0, 1, 2, 3].map((side) => span[side % 2] - pads[side]) as [
    number,
    number,
    number,
    number,
  ];
  const isTurnable =
    groups === 1 && strides.every((stride) => stride === 1) && mirrored.every((rows) => rows >= 0);
  const isPointwise = kernel.every((taps) => taps === 1);
  const isLarge = height * width >= MIN_PIXELS && channels >= MIN_CHANNELS;
  if (!isTurnable || !(isPointwise || isLarge)) return convTranspose2d(dy, weight, shape, attributes);
  const turned = isPointwise ? weight : flip(weight, [2, 3]);
  return conv2d(dy, transpose(turned, [1, 0, 2, 3]), { padding: mirrored, dilation: dilations });
}
