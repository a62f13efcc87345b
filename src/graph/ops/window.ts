import { SamesameError } from '../../base/errors.ts';
import { type Dim, describeShape, type Tensor } from '../tensor.ts';

/** How a window slides over the two spatial axes of `[N, C, H, W]`. */
export interface Window {
  /** Size of the window in taps. */
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Rows and columns added around the image: top, left, bottom, right (ONNX's order). */
  readonly pads: readonly [number, number, number, number];
  /** Distance between two taps of the window. */
  readonly dilations: readonly [number, number];
}

/** What callers may leave out or write as one number. */
export interface WindowOptions {
  /** Default 1 (convolution) or the kernel's size (pooling). */
  readonly stride?: number | readonly [number, number];
  /**
   * One number for all sides, `[top, left, bottom, right]`, or `same`: as much as keeps `ceil(size / stride)`, the
   * odd row or column at the end (TensorFlow's rule). Default 0.
   */
  readonly padding?: number | readonly [number, number, number, number] | 'same';
  /** Default 1. */
  readonly dilation?: number | readonly [number, number];
}

const both = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : value;

/** All of a window's numbers. @throws E_SHAPE where the window does not fit in the padded image */
export function resolveWindow(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions,
  user: string,
): Window {
  const [kernel, strides, dilations] = [both(kernelSize), both(stride), both(dilation)];
  const size = x.shape.slice(2);
  if (x.shape.length !== 4 || size.some((dim) => typeof dim !== 'number')) {
    throw new SamesameError('E_SHAPE', {
      what: `${user} works on images`,
      expected: '[N, C, H, W] with static H and W',
      received: describeShape(x.shape),
    });
  }
  const span = kernel.map((taps, i) => (taps - 1) * dilations[i] + 1);
  const pads = resolvePads(padding, size as number[], span, strides);
  const outputs = size.map((dim, i) => outputSize(Number(dim), span[i], strides[i], pads[i] + pads[i + 2]));
  const positive = [...kernel, ...strides, ...dilations].every(
    (value) => Number.isInteger(value) && value >= 1,
  );
  if (!positive || pads.some((value) => !(value >= 0)) || outputs.some((value) => value < 1)) {
    throw new SamesameError('E_SHAPE', {
      what: `the window of ${user} does not fit`,
      expected: 'integers, strides and dilations of at least 1, and a window no larger than the padded image',
      received: `image ${size.join('×')}, window ${kernel.join('×')}, stride ${strides}, dilation ${dilations}, pads ${pads}`,
    });
  }
  return { kernel, strides, pads, dilations };
}

/** Height and width of what a window gives on `x`. */
export function windowOutput(x: Tensor, { kernel, strides, pads, dilations }: Window): Dim[] {
  return [0, 1].map((i) =>
    outputSize(Number(x.shape[2 + i]), (kernel[i] - 1) * dilations[i] + 1, strides[i], pads[i] + pads[i + 2]),
  );
}

function outputSize(size: number, span: number, stride: number, padding: number): number {
  return Math.floor((size + padding - span) / stride) + 1;
}

function resolvePads(
  padding: NonNullable<WindowOptions['padding']>,
  size: readonly number[],
  span: readonly number[],
  strides: readonly number[],
): readonly [number, number, number, number] {
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  if (padding !== 'same') return padding;
  const total = size.map((dim, i) =>
    Math.max((Math.ceil(dim / strides[i]) - 1) * strides[i] + span[i] - dim, 0),
  );
  const first = total.map((rows) => Math.floor(rows / 2));
  return [first[0], first[1], total[0] - first[0], total[1] - first[1]];
}
