import { type Shape, staticShape, type Tensor } from '../tensor.ts';
import { type ConvAttributes, conv2d } from './conv2d.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';

/**
 * `∂loss/∂weight` of a convolution in groups, as one: the batch takes the place of the input channels, image
 * `[C/G, G·N, H, W]`, kernel `dy` as `[O, N, H', W']`, strides and dilations exchanged.
 * @param shape `[O, C / groups, kH, kW]`
 */
export function gradientByGroups(x: Tensor, dy: Tensor, shape: Shape, attributes: ConvAttributes): Tensor {
  const { strides, pads, dilations, groups } = attributes;
  const [numImages, , height, width] = staticShape(x.shape, 'the weight gradient of conv2d');
  const perGroup = Number(shape[1]);
  const split = reshape(x, [numImages, groups, perGroup, height, width]);
  const image = reshape(transpose(split, [2, 1, 0, 3, 4]), [perGroup, groups * numImages, height, width]);
  const taps = conv2d(image, transpose(dy, [1, 0, 2, 3]), {
    stride: dilations,
    dilation: strides,
    padding: pads,
    groups,
  });
  // With strides there may be rows and columns that no tap belongs to.
  const used = slice(taps, [0, 0], [Number(shape[2]), Number(shape[3])], { axes: [2, 3] });
  return transpose(used, [1, 0, 2, 3]);
}
