import type { Emitter, Shape } from '../tensor.ts';
import { BLOCKED_DOMAIN, reshaped } from './blocked.ts';
import type { ConvAttributes } from './conv2d.ts';

/** Whether it is a 1×1 convolution at each pixel, of channels that fill blocks on both sides. */
export function isBlockedPointwise(
  block: number,
  [numImages, channels]: Shape,
  weight: Shape,
  { kernel, strides, pads, groups }: ConvAttributes,
): boolean {
  return (
    typeof numImages === 'number' &&
    groups === 1 &&
    [...kernel, ...strides].every((length) => length === 1) &&
    pads.every((rows) => rows === 0) &&
    [channels, weight[0]].every((count) => Number(count) % block === 0)
  );
}

/**
 * `∂loss/∂weight [O, C, 1, 1]` as one product, `dyᵀ [O, N·H·W] · x [N·H·W, C]`. Blocks become rows of channels for the
 * price of a copy; a product an image has to be summed over the batch, which costs more than the products do.
 */
export function emitPointwiseWeightGradient(
  emitter: Emitter,
  names: readonly string[],
  [numImages, channels, height, width]: Shape,
  weight: Shape,
): string {
  const [x, dy] = names.map((name, i) => {
    const numChannels = Number(i === 0 ? channels : weight[0]);
    const attributes = { channels: numChannels, channels_last: 1 };
    const rows = emitter.node('ReorderOutput', [emitter.toBlocks(name)], attributes, BLOCKED_DOMAIN);
    return reshaped(emitter, rows, [Number(numImages) * Number(height) * Number(width), numChannels]);
  });
  return reshaped(emitter, emitter.node('Gemm', [dy, x], { transA: 1 }), weight.map(Number));
}
