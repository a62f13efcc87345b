import { SamesameError } from '../../base/errors.ts';
import { apply, describeShape, type OpRule, type Tensor } from '../tensor.ts';
import { canBlock, emitBlockedConv } from './blocked-conv.ts';
import { emitBlockedDepthwise, isBlockedDepthwise } from './blocked-depthwise.ts';
import { convInputGradient } from './conv2d-input-gradient.ts';
import { convWeightGradient } from './conv2d-weight-gradient.ts';
import { reduceSum } from './reduce-sum.ts';
import { resolveWindow, type Window, type WindowOptions, windowOutput } from './window.ts';

export interface ConvAttributes extends Window {
  readonly groups: number;
}

export interface ConvOptions extends WindowOptions {
  /** Float `[O]`, added to each output channel. */
  readonly bias?: Tensor;
  /** The channels are split into this many groups that do not see each other; C of them is a depthwise convolution. Default 1. */
  readonly groups?: number;
}

export const convRule: OpRule<ConvAttributes> = {
  name: 'conv2d',
  infer: ([x, weight], attributes) => ({
    dtype: x.dtype,
    shape: [x.shape[0], weight.shape[0], ...windowOutput(x, attributes)],
  }),
  emit: (emitter, inputs, node) => {
    const { convBlock } = emitter;
    const { kernel, strides, pads, dilations, groups } = node.attributes;
    if (convBlock !== undefined) {
      if (canBlock(convBlock, node)) return emitBlockedConv(emitter, inputs, node, convBlock);
      const [x, weight] = node.inputs;
      if (isBlockedDepthwise(convBlock, x.shape, weight.shape, groups))
        return emitBlockedDepthwise(emitter, inputs, node.attributes);
    }
    return emitter.node('Conv', inputs, { kernel_shape: kernel, strides, pads, dilations, group: groups });
  },
  gradient: (dy, { inputs: [x, weight], attributes }, index) => {
    if (index === 0) return convInputGradient(dy, weight, x.shape, attributes);
    if (index === 1) return convWeightGradient(x, dy, weight.shape, attributes);
    return reduceSum(dy, [0, 2, 3]);
  },
};

/**
 * Two-dimensional cross-correlation, what deep learning calls convolution:
 * `y[n, o, i, j] = bias[o] + Σ_{c, u, v} weight[o, c, u, v] · x[n, c, i·stride + u·dilation − top, j·stride + v·dilation − left]`.
 * @param x float `[N, C, H, W]`
 * @param weight float `[O, C / groups, kH, kW]`
 * @returns float `[N, O, H', W']`
 * @throws E_SHAPE
 */
export function conv2d(x: Tensor, weight: Tensor, { bias, groups = 1, ...window }: ConvOptions = {}): Tensor {
  const [numOut, channelsPerGroup, height, width] = weight.shape as readonly number[];
  const attributes = { ...resolveWindow(x, [height, width], window, 'conv2d'), groups };
  if (x.shape[1] !== channelsPerGroup * groups || numOut % groups !== 0) {
    throw new SamesameError('E_SHAPE', {
      what: 'the weight of conv2d does not fit the image',
      expected: `[O, ${Number(x.shape[1]) / groups}, kH, kW] with O divisible by ${groups} groups`,
      received: describeShape(weight.shape),
    });
  }
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== numOut)) {
    throw new SamesameError('E_SHAPE', {
      what: 'the bias of conv2d does not fit its weight',
      expected: `[${numOut}]`,
      received: describeShape(bias.shape),
    });
  }
  return apply(convRule, bias === undefined ? [x, weight] : [x, weight, bias], attributes);
}
