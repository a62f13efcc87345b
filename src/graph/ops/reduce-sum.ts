import { apply, type Emitter, type OpRule, type Shape, staticShape, type Tensor } from '../tensor.ts';
import { type ReduceAttributes, type ReduceOptions, reducedShape, resolveAxes } from './axes.ts';
import { reshaped, summed } from './blocked.ts';
import { expandReduced } from './expand.ts';

const rule: OpRule<ReduceAttributes> = {
  name: 'reduceSum',
  infer: ([x], attributes) => ({ dtype: x.dtype, shape: reducedShape(x.shape, attributes) }),
  emit: (emitter, [x], { inputs: [{ shape }], attributes: { axes, keepDims } }) => {
    if (axes.join() === '0,2,3' && !keepDims && emitter.isBlocked(x)) return sumOfChannels(emitter, x, shape);
    return emitter.node('ReduceSum', [x, emitter.int64s(axes)], { keepdims: Number(keepDims) });
  },
  gradient: (dy, { inputs: [x], attributes }) => expandReduced(dy, x.shape, attributes.axes),
};

/** `[N, C, H, W] → [C]`, of an image in blocks of channels: two sums, each along a whole run in memory. */
function sumOfChannels(emitter: Emitter, x: string, shape: Shape): string {
  const [numImages, channels, height, width] = staticShape(shape, 'the sum of a blocked image');
  const block = emitter.convBlock!;
  const flat = reshaped(emitter, emitter.toBlocks(x), [numImages, channels * height * width]);
  const blocks = reshaped(emitter, summed(emitter, flat, 0), [channels / block, height * width, block]);
  return reshaped(emitter, summed(emitter, blocks, 1), [channels]);
}

/** The sum over `axes` (all by default). */
export function reduceSum(
  x: Tensor,
  axes?: readonly number[],
  { keepDims = false }: ReduceOptions = {},
): Tensor {
  const resolved = resolveAxes(axes, x.shape.length, 'reduceSum');
  return resolved.length === 0 ? x : apply(rule, [x], { axes: resolved, keepDims });
}
