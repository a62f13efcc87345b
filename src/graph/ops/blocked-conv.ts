import { createArray } from '../dtype.ts';
import type { Emitter, Node } from '../tensor.ts';
import { BLOCKED_DOMAIN, reshaped } from './blocked.ts';
import type { ConvAttributes } from './conv2d.ts';

/** Whether the blocked convolution takes this one, and has less than half of its work on channels that are padding. */
export function canBlock(
  block: number,
  { inputs: [x, weight], attributes: { groups } }: Node<ConvAttributes>,
): boolean {
  const channels = Number(x.shape[1]);
  const numOut = Number(weight.shape[0]);
  return (
    groups === 1 && numOut >= block / 2 && numOut % 4 === 0 && (channels % block === 0 || channels < block)
  );
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
  const { kernel, strides, pads, dilations } = node.attributes;
  const [numOut, channels] = node.inputs[1].shape as readonly number[];
  const numPadded = Math.ceil(numOut / block) * block;
  const padding = numPadded - numOut;
  const fullWeight = padOutputs(emitter, weight, [padding, channels, ...kernel]);
  const fullBias = bias === undefined ? [] : [padOutputs(emitter, bias, [padding])];
  const shape = [numPadded, channels, ...kernel];
  const isBlockedInput = channels % block === 0;
  const image = isBlockedInput ? emitter.toBlocks(x) : x;
  const result = emitter.node(
    'Conv',
    [image, blockWeight(emitter, fullWeight, shape, block, isBlockedInput), ...fullBias],
    { kernel_shape: kernel, strides, pads, dilations, group: 1 },
    BLOCKED_DOMAIN,
  );
  return emitter.fromBlocks(result, numOut);
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
  const [split, order] =
    isBlockedInput && height * width > 1
      ? [
          [numOut / block, block, channels / block, block, height, width],
          [0, 2, 4, 5, 3, 1],
        ]
      : // Here channels stay in their order; the runtime has a quick way to move a single axis.
        [
          [numOut / block, block, channels * height * width],
          [0, 2, 1],
        ];
  const ordered = emitter.node('Transpose', [reshaped(emitter, weight, split)], { perm: order });
  return reshaped(emitter, ordered, shape);
}

function padOutputs(emitter: Emitter, value: string, shape: readonly number[]): string {
  if (shape[0] === 0) return value;
  const zeros = createArray(
    'float32',
    shape.reduce((product, dim) => product * dim, 1),
  );
  return emitter.node('Concat', [value, emitter.constant('float32', shape, zeros)], { axis: 0 });
}
