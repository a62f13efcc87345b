import { apply, type Emitter, type OpRule, type Shape, sizeOf, staticShape, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import {
  emitBlockedDepthwiseWeightGradient,
  isBlockedDepthwise,
  weightGradientPads,
} from './blocked-depthwise.ts';
import { emitPointwiseWeightGradient, isBlockedPointwise } from './blocked-pointwise.ts';
import { concat } from './concat.ts';
import { type ConvAttributes, conv2d } from './conv2d.ts';
import { convInputGradient } from './conv2d-input-gradient.ts';
import { gradientByGroups } from './grouped-weight-gradient.ts';
import { matmul } from './matmul.ts';
import { pad } from './pad.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';

interface WeightGradientAttributes extends ConvAttributes {
  readonly shape: Shape;
}

const rule: OpRule<WeightGradientAttributes> = {
  name: 'convWeightGradient',
  infer: ([x], { shape }) => ({ dtype: x.dtype, shape }),
  compose: ([x, dy], attributes, { convBlock }) => {
    if (convBlock !== undefined && blockedWay(convBlock, x, dy, attributes) !== undefined) return undefined;
    const { shape } = attributes;
    if (attributes.groups > 1) return gradientByGroups(x, dy, shape, attributes);
    return isSmallMap(x, dy, shape, attributes)
      ? gradientByRows(x, dy, shape)
      : gradientByPatches(x, dy, shape, attributes);
  },
  emit: (emitter, names, { inputs: [x, dy], attributes }) =>
    blockedWay(emitter.convBlock!, x, dy, attributes)!(emitter, names),
  // The weight gradient is linear in the image and in dy, and a convolution is its adjoint in either.
  gradient: (g, { inputs: [x, dy], attributes: { strides, pads, dilations, groups, ...rest } }, index) =>
    index === 0
      ? convInputGradient(dy, g, x.shape, { strides, pads, dilations, groups, ...rest })
      : conv2d(x, g, { stride: strides, padding: pads, dilation: dilations, groups }),
};

/** `∂loss/∂weight` of a convolution: each tap's correlation of `dy` with the image shifted to that tap. */
export function convWeightGradient(x: Tensor, dy: Tensor, shape: Shape, attributes: ConvAttributes): Tensor {
  return apply(rule, [x, dy], { ...attributes, shape });
}

/** How it is written for images in blocks of channels; undefined where it is not. */
function blockedWay(
  block: number,
  x: Tensor,
  dy: Tensor,
  attributes: WeightGradientAttributes,
): ((emitter: Emitter, names: readonly string[]) => string) | undefined {
  const { shape, groups } = attributes;
  if (isBlockedPointwise(block, x.shape, shape, attributes)) {
    return (emitter, names) => emitPointwiseWeightGradient(emitter, names, x.shape, shape);
  }
  const pads = weightGradientPads(x.shape, dy.shape, attributes);
  if (pads === undefined || !isBlockedDepthwise(block, x.shape, shape, groups)) return undefined;
  return (emitter, names) =>
    emitBlockedDepthwiseWeightGradient(emitter, names, [x.shape, dy.shape], attributes, pads);
}

/** Whether a 1×1 convolution has fewer pixels in its images than numbers in its weight. */
function isSmallMap(x: Tensor, dy: Tensor, shape: Shape, { kernel, strides, pads }: ConvAttributes): boolean {
  const isPointwise = [...kernel, ...strides].every((taps) => taps === 1) && pads.every((rows) => rows === 0);
  const [numOut, channels] = shape.map(Number);
  const [, , height, width] = staticShape(x.shape, 'the weight gradient of conv2d');
  return (
    isPointwise && Number(dy.shape[0]) > 1 && height * width * (numOut + channels) < 2 * numOut * channels
  );
}

/**
 * One product over all pixels of the batch. It moves both images, where a product an image would write the batch's weight
 * gradients and add them up: 3.2 against 4.3 ms of one thread at 32×960×7×7 → 160.
 */
function gradientByRows(x: Tensor, dy: Tensor, shape: Shape): Tensor {
  const rows = (images: Tensor) => {
    const [numImages, channels, height, width] = images.shape as readonly number[];
    return reshape(transpose(images, [1, 0, 2, 3]), [channels, numImages * height * width]);
  };
  return reshape(matmul(rows(dy), rows(x), { transposeB: true }), shape);
}

/**
 * Bytes of patches that are held at a time. Patches are kH·kW times as large as the image; a whole batch of them goes
 * out to memory and back, a few megabytes stay in the processor's cache (measured: 1.1 to 1.5 times as fast).
 */
const CHUNK_BYTES = 6e6;
/** Below this many images a chunk, the threads run out of products to share. */
const MIN_CHUNK_IMAGES = 16;

/** A product an image and a row of the kernel, summed over the batch, a chunk of images at a time. */
function gradientByPatches(x: Tensor, dy: Tensor, shape: Shape, attributes: ConvAttributes): Tensor {
  const [numImages, numOut, height, width] = staticShape(dy.shape, 'the weight gradient of conv2d');
  const patchBytes = 4 * (sizeOf(shape) / numOut) * height * width;
  const chunk = Math.max(MIN_CHUNK_IMAGES, Math.floor(CHUNK_BYTES / patchBytes));
  const numChunks = Math.ceil(numImages / chunk);
  const perChunk = Math.ceil(numImages / numChunks);
  const parts: Tensor[] = [];
  for (let start = 0; start < numImages; start += perChunk) {
    const end = Math.min(start + perChunk, numImages);
    parts.push(gradientOfChunk(slice(x, [start], [end]), slice(dy, [start], [end]), shape, attributes));
  }
  return parts.reduce((total, part) => add(total, part));
}

/**
 * `dy[n] [O, H'W'] · patches[n]ᵀ [H'W', C·kW]` for each row of the kernel. The image is shifted by columns only, kW
 * times; with rows one after another, a shift by a row is another start in the same array. So most of what is copied is
 * copied in long runs.
 */
function gradientOfChunk(
  x: Tensor,
  dy: Tensor,
  shape: Shape,
  { kernel, strides, pads, dilations }: ConvAttributes,
): Tensor {
  const [numImages, numOut, height, width] = dy.shape as readonly number[];
  const channels = Number(x.shape[1]);
  const padded = pad(x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const rows = Number(padded.shape[2]);
  const columns = Array.from({ length: kernel[1] }, (_, v) => {
    const start = v * dilations[1];
    const shifted = slice(padded, [start], [start + (width - 1) * strides[1] + 1], {
      axes: [3],
      steps: [strides[1]],
    });
    return reshape(shifted, [numImages, channels, 1, rows, width]);
  });
  const shiftedImages = concat(columns, 2);
  const flatDy = reshape(dy, [numImages, numOut, height * width]);
  const taps = Array.from({ length: kernel[0] }, (_, u) => {
    const start = u * dilations[0];
    const patches = slice(shiftedImages, [start], [start + (height - 1) * strides[0] + 1], {
      axes: [3],
      steps: [strides[0]],
    });
    const flat = reshape(patches, [numImages, channels * kernel[1], height * width]);
    const product = reduceSum(matmul(flatDy, flat, { transposeB: true }), [0]);
    return reshape(product, [numOut, channels, 1, kernel[1]]);
  });
  return reshape(concat(taps, 2), shape);
}
