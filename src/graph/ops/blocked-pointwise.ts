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
 * price of a copy; a product an image has to be summed over the batch, which costs more than the products do. The side
 * with fewer channels is turned round before the product, which itself would do so more than once.
 */
export function emitPointwiseWeightGradient(
  emitter: Emitter,
  [x, dy]: readonly string[],
  [numImages, channels, height, width]: Shape,
  [numOut]: Shape,
): string {
  const numRows = Number(numImages) * Number(height) * Number(width);
  const rowsOf = (image: string, count: number) => {
    const attributes = { channels: count, channels_last: 1 };
    const rows = emitter.node('ReorderOutput', [emitter.toBlocks(image)], attributes, BLOCKED_DOMAIN);
    return reshaped(emitter, rows, [numRows, count]);
  };
  // With a third axis, so that the runtime does not take the turning into the product.
  const turned = (matrix: string, rows: number, columns: number) => {
    const apart = reshaped(emitter, matrix, [1, rows, columns]);
    return reshaped(emitter, emitter.node('Transpose', [apart], { perm: [0, 2, 1] }), [columns, rows]);
  };
  const [outs, ins] = [Number(numOut), Number(channels)];
  const [left, right] = [rowsOf(dy, outs), rowsOf(x, ins)];
  const product =
    outs <= ins
      ? emitter.node('Gemm', [turned(left, numRows, outs), right])
      : turned(emitter.node('Gemm', [turned(right, numRows, ins), left]), ins, outs);
  return reshaped(emitter, product, [outs, ins, 1, 1]);
}
