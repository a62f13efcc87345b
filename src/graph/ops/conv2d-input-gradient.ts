import type { Shape, Tensor } from '../tensor.ts';
import { convTranspose2d } from './conv-transpose2d.ts';
import { type ConvAttributes, conv2d } from './conv2d.ts';
import { flip } from './flip.ts';
import { transpose } from './transpose.ts';

/**
 * `∂loss/∂x` of a convolution. With stride 1 and one group it is a convolution of `dy` with the weight turned round
 * and its channel axes swapped, which ONNX Runtime does faster than its `ConvTranspose`.
 */
export function convInputGradient(
  dy: Tensor,
  weight: Tensor,
  shape: Shape,
  attributes: ConvAttributes,
): Tensor {
  const { kernel, strides, pads, dilations, groups } = attributes;
  const span = [0, 1].map((i) => (kernel[i] - 1) * dilations[i]);
  const mirrored = [0, 1, 2, 3].map((side) => span[side % 2] - pads[side]) as [
    number,
    number,
    number,
    number,
  ];
  if (groups === 1 && strides.every((stride) => stride === 1) && mirrored.every((rows) => rows >= 0)) {
    const turned = kernel.every((taps) => taps === 1) ? weight : flip(weight, [2, 3]);
    return conv2d(dy, transpose(turned, [1, 0, 2, 3]), { padding: mirrored, dilation: dilations });
  }
  return convTranspose2d(dy, weight, shape, attributes);
}
