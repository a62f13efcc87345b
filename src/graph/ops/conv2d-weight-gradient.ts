import { type Shape, sizeOf, staticShape, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { concat } from './concat.ts';
import { type ConvAttributes, conv2d } from './conv2d.ts';
import { matmul } from './matmul.ts';
import { pad } from './pad.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';

/** `∂loss/∂weight` of a convolution: each tap's correlation of `dy` with the image shifted to that tap. */
export function convWeightGradient(x: Tensor, dy: Tensor, shape: Shape, attributes: ConvAttributes): Tensor {
  return attributes.groups === 1
    ? gradientByPatches(x, dy, shape, attributes)
    : gradientByGroups(x, dy, shape, attributes);
}

/**
 * Bytes of patches that are held at a time. Patches are kH·kW times as large as the image; a whole batch of them goes
 * out to memory and back, a few megabytes stay in the processor's cache (measured: 1.1 to 1.5 times as fast).
 */
const CHUNK_BYTES = 6e6;
/** Below this many images a chunk, the threads run out of products to share. */
const MIN_CHUNK_IMAGES = 16;

/** One matrix product an image: `dy[n] [O, H'W'] · patches[n]ᵀ [H'W', C·taps]`, summed over the batch. */
function gradientByPatches(x: Tensor, dy: Tensor, shape: Shape, attributes: ConvAttributes): Tensor {
  const [numImages, numOut, height, width] = staticShape(dy.shape, 'the weight gradient of conv2d');
  const patchBytes = 4 * (sizeOf(shape) / numOut) * height * width;
  const chunk = Math.max(MIN_CHUNK_IMAGES, Math.floor(CHUNK_BYTES / patchBytes));
  const numChunks = Math.ceil(numImages / chunk);
  const perChunk = Math.ceil(numImages / numChunks);
  let total: Tensor | undefined;
  for (let start = 0; start < numImages; start += perChunk) {
    const end = Math.min(start + perChunk, numImages);
    const rows = reshape(slice(dy, [start], [end]), [end - start, numOut, height * width]);
    const patches = extractPatches(slice(x, [start], [end]), attributes, [height, width]);
    const part = reduceSum(matmul(rows, patches, { transposeB: true }), [0]);
    total = total === undefined ? part : add(total, part);
  }
  return reshape(total!, shape);
}

/** The pixels under each tap of the window: `[N, C, H, W] → [N, C·kH·kW, H'·W']`. */
export function extractPatches(
  x: Tensor,
  { kernel, strides, pads, dilations }: ConvAttributes,
  [height, width]: readonly [number, number],
): Tensor {
  const [numImages, channels] = staticShape(x.shape, 'extractPatches');
  const padded = pad(x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const taps: Tensor[] = [];
  for (let u = 0; u < kernel[0]; u++) {
    for (let v = 0; v < kernel[1]; v++) {
      const starts = [u * dilations[0], v * dilations[1]];
      const ends = [starts[0] + (height - 1) * strides[0] + 1, starts[1] + (width - 1) * strides[1] + 1];
      const tap = slice(padded, starts, ends, { axes: [2, 3], steps: strides });
      taps.push(reshape(tap, [numImages, channels, 1, height * width]));
    }
  }
  return reshape(concat(taps, 2), [numImages, channels * taps.length, height * width]);
}

/**
 * For grouped convolutions, the batch takes the place of the input channels: image `[C/G, G·N, H, W]`, kernel `dy` as
 * `[O, N, H', W']`, strides and dilations exchanged.
 */
function gradientByGroups(
  x: Tensor,
  dy: Tensor,
  shape: Shape,
  { strides, pads, dilations, groups }: ConvAttributes,
): Tensor {
  const [numImages, , height, width] = staticShape(x.shape, 'the weight gradient of conv2d');
  const [, channelsPerGroup, kernelHeight, kernelWidth] = staticShape(shape, 'the weight gradient of conv2d');
  const split = reshape(x, [numImages, groups, channelsPerGroup, height, width]);
  const image = reshape(transpose(split, [2, 1, 0, 3, 4]), [
    channelsPerGroup,
    groups * numImages,
    height,
    width,
  ]);
  const taps = conv2d(image, transpose(dy, [1, 0, 2, 3]), {
    stride: dilations,
    dilation: strides,
    padding: pads,
    groups,
  });
  const used = slice(taps, [0, 0], [kernelHeight, kernelWidth], { axes: [2, 3] });
  return transpose(used, [1, 0, 2, 3]);
}
