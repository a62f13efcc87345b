import { apply, type Node, type OpRule, type Shape, type Tensor } from '../tensor.ts';
import { canBlock } from './blocked-conv.ts';
import { adjointPads, emitBlockedDepthwiseAdjoint, isBlockedDepthwise } from './blocked-depthwise.ts';
import { type ConvAttributes, conv2d } from './conv2d.ts';
import { turnedConv } from './conv2d-input-gradient.ts';
import { convWeightGradient } from './conv2d-weight-gradient.ts';

interface TransposedAttributes extends ConvAttributes {
  readonly shape: Shape;
}

const rule: OpRule<TransposedAttributes> = {
  name: 'convTranspose2d',
  infer: ([y], { shape }) => ({ dtype: y.dtype, shape: [y.shape[0], ...shape.slice(1)] }),
  compose: ([y, weight], attributes, { convBlock }) => {
    if (convBlock === undefined) return undefined;
    const turned = turnedConv(y, weight, attributes);
    return turned !== undefined && canBlock(convBlock, turned.node as Node<ConvAttributes>)
      ? turned
      : undefined;
  },
  emit: (emitter, inputs, { inputs: [y, weight], attributes }) => {
    const { kernel, strides, pads, dilations, groups, shape } = attributes;
    const { convBlock } = emitter;
    if (convBlock !== undefined && isBlockedDepthwise(convBlock, y.shape, weight.shape, groups)) {
      const turned = adjointPads(shape, y.shape, attributes);
      if (turned) return emitBlockedDepthwiseAdjoint(emitter, inputs, y.shape, attributes, turned);
    }
    const missing = [0, 1].map((i) => {
      const reached = (Number(y.shape[2 + i]) - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
      return Number(shape[2 + i]) - (reached - pads[i] - pads[i + 2]);
    });
    return emitter.node('ConvTranspose', inputs, {
      kernel_shape: kernel,
      strides,
      pads,
      dilations,
      group: groups,
      output_padding: missing,
    });
  },
  gradient: (
    dy,
    { inputs: [y, weight], attributes: { strides, pads, dilations, groups, ...rest } },
    index,
  ) =>
    index === 0
      ? conv2d(dy, weight, { stride: strides, padding: pads, dilation: dilations, groups })
      : convWeightGradient(dy, y, weight.shape, { strides, pads, dilations, groups, ...rest }),
};

/**
 * The adjoint of `conv2d`: spreads each pixel of `y` over the window that it was computed from.
 * @param y float `[N, O, H', W']`, @param weight float `[O, C / groups, kH, kW]`, as in `conv2d`
 * @param shape `[N, C, H, W]` of the image that the convolution read
 */
export function convTranspose2d(y: Tensor, weight: Tensor, shape: Shape, attributes: ConvAttributes): Tensor {
  return apply(rule, [y, weight], { ...attributes, shape });
}
