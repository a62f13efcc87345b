import { createArray } from '../dtype.ts';
import type { Emitter, Node } from '../tensor.ts';
import type { ConvAttributes } from './conv2d.ts';

/** ONNX Runtime's own ops on images whose channels lie in blocks: `[N, C / block, H, W, block]`. */
const DOMAIN = 'com.microsoft.nchwc';

/** Whether the blocked convolution takes this one, and has less than half of its work on channels that are padding. */
export function canBlock(block: number, node: Node<ConvAttributes>): boolean {
  const channels = Number(node.inputs[0].shape[1]);
  const numOut = Number(node.inputs[1].shape[0]);
  if (isDepthwise(node)) return channels % block === 0;
  return (
    node.attributes.groups === 1 &&
    numOut >= block / 2 &&
    numOut % 4 === 0 &&
    (channels % block === 0 || channels < block)
  );
}

/** Each channel by itself. */
function isDepthwise({ inputs: [x, weight], attributes: { groups } }: Node<ConvAttributes>): boolean {
  return groups > 1 && groups === x.shape[1] && groups === weight.shape[0];
}

/**
 * A convolution in ONNX Runtime's blocked layout, for weights that are not constant: the weight is reordered in the
 * graph, the image by the runtime's own ops. The runtime does the same by itself for constant weights.
 *
 * It reads each pixel where it lies, where the plain convolution first copies every window: 6 against 10 ms forward at
 * 160×32×14×14 → 64, 4 against 17 ms at 110×128×7×7 → 64 (3×3, two threads, AVX-512).
 */
export function emitBlockedConv(
  emitter: Emitter,
  [x, weight, bias]: readonly string[],
  node: Node<ConvAttributes>,
  block: number,
): string {
  const { kernel, strides, pads, dilations, groups } = node.attributes;
  if (isDepthwise(node)) return emitDepthwise(emitter, [x, weight, bias], node, block);
  const [numOut, channels] = node.inputs[1].shape as readonly number[];
  const numPadded = Math.ceil(numOut / block) * block;
  const padding = numPadded - numOut;
  const fullWeight = padOutputs(emitter, weight, [padding, channels, ...kernel]);
  const fullBias = bias === undefined ? [] : [padOutputs(emitter, bias, [padding])];
  const shape = [numPadded, channels, ...kernel];
  const isBlockedInput = channels % block === 0;
  const image = isBlockedInput ? emitter.node('ReorderInput', [x], { channels_last: 0 }, DOMAIN) : x;
  const result = emitter.node(
    'Conv',
    [image, blockWeight(emitter, fullWeight, shape, block, isBlockedInput), ...fullBias],
    { kernel_shape: kernel, strides, pads, dilations, group: groups },
    DOMAIN,
  );
  return emitter.node('ReorderOutput', [result], { channels: numOut, channels_last: 0 }, DOMAIN);
}

/**
 * Each channel by itself: the weight `[C, 1, kH, kW]` lies as `[C / block, kH, kW, block]`. The plain convolution makes a
 * product of each channel: 9.8 against 2.8 ms of one thread at 32×960×7×7, 3×3.
 */
function emitDepthwise(
  emitter: Emitter,
  [x, weight, bias]: readonly string[],
  { inputs, attributes: { kernel, strides, pads, dilations, groups } }: Node<ConvAttributes>,
  block: number,
): string {
  const apart = emitter.node('Reshape', [weight, emitter.int64s([groups / block, block, ...kernel])]);
  const ordered = emitter.node('Transpose', [apart], { perm: [0, 2, 3, 1] });
  const blocked = emitter.node('Reshape', [ordered, emitter.int64s(inputs[1].shape as readonly number[])]);
  const image = emitter.node('ReorderInput', [x], { channels_last: 0 }, DOMAIN);
  const result = emitter.node(
    'Conv',
    bias === undefined ? [image, blocked] : [image, blocked, bias],
    { kernel_shape: kernel, strides, pads, dilations, group: groups },
    DOMAIN,
  );
  return emitter.node('ReorderOutput', [result], { channels: groups, channels_last: 0 }, DOMAIN);
}

/** `[O, C, kH, kW]` as `[O / block, C / block, kH, kW, block of C, block of O]`; unblocked C where there are few channels. */
function blockWeight(
  emitter: Emitter,
  weight: string,
  shape: readonly number[],
  block: number,
  isBlockedInput: boolean,
) {
  const [numOut, channels, height, width] = shape;
  const [split, order] = isBlockedInput
    ? [
        [numOut / block, block, channels / block, block, height, width],
        [0, 2, 4, 5, 3, 1],
      ]
    : [
        [numOut / block, block, channels, height, width],
        [0, 2, 3, 4, 1],
      ];
  const apart = emitter.node('Reshape', [weight, emitter.int64s(split)]);
  const ordered = emitter.node('Transpose', [apart], { perm: order });
  return emitter.node('Reshape', [ordered, emitter.int64s(shape)]);
}

function padOutputs(emitter: Emitter, value: string, shape: readonly number[]): string {
  if (shape[0] === 0) return value;
  const zeros = createArray(
    'float32',
    shape.reduce((product, dim) => product * dim, 1),
  );
  return emitter.node('Concat', [value, emitter.constant('float32', shape, zeros)], { axis: 0 });
}
