import { averagePool2d } from '../../../graph/ops/average-pool.ts';
import { type ConvAttributes, conv2d } from '../../../graph/ops/conv2d.ts';
import { globalAveragePool } from '../../../graph/ops/global-average-pool.ts';
import { globalMaxPool } from '../../../graph/ops/global-max-pool.ts';
import { maxPool2d } from '../../../graph/ops/max-pool.ts';
import { pad } from '../../../graph/ops/pad.ts';
import { reshape } from '../../../graph/ops/reshape.ts';
import type { OnnxNode } from '../../../graph/read.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import { numberAttribute, numbersAttribute, present, refuse, stringAttribute } from '../attributes.ts';
import type { Translate } from '../builder.ts';
import { toTensor } from '../values.ts';

type Pair = readonly [number, number];
type Pads = readonly [number, number, number, number];
type PlacedWindow = Pick<ConvAttributes, 'strides' | 'dilations' | 'pads'>;

/** Strides, dilations and pads of a window of `kernel` on `x`, however the file says them. */
function windowOf(node: OnnxNode, x: Tensor, kernel: readonly number[]): PlacedWindow {
  refuse(
    x.shape.length !== 4 || kernel.length !== 2,
    `a window of ${kernel.length} axes`,
    'images [N, C, H, W]',
  );
  const strides = (numbersAttribute(node, 'strides') ?? [1, 1]) as Pair;
  const dilations = (numbersAttribute(node, 'dilations') ?? [1, 1]) as Pair;
  const size = x.shape.slice(2).map(Number);
  const spans = kernel.map((taps, i) => (taps - 1) * dilations[i] + 1);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const given = (numbersAttribute(node, 'pads') ?? [0, 0, 0, 0]) as Pads;
  let pads = autoPad === 'VALID' ? ([0, 0, 0, 0] as const) : given;
  if (autoPad.startsWith('SAME')) {
    const totals = size.map((dim, i) =>
      Math.max((Math.ceil(dim / strides[i]) - 1) * strides[i] + spans[i] - dim, 0),
    );
    const atStart = totals.map((total) =>
      autoPad === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2),
    );
    pads = [atStart[0], atStart[1], totals[0] - atStart[0], totals[1] - atStart[1]];
  }
  if (numberAttribute(node, 'ceil_mode', 0) !== 0) pads = padsForCeil(size, spans, strides, pads);
  return { strides, dilations, pads };
}

/** Pads under which rounding down gives the size that rounding up gave; no window may start outside the image. */
function padsForCeil(size: readonly number[], spans: readonly number[], strides: Pair, pads: Pads): Pads {
  const extra = [0, 1].map((i) => {
    const room = size[i] + pads[i] + pads[i + 2] - spans[i];
    const steps = Math.ceil(room / strides[i]);
    const startsInside = steps * strides[i] < size[i] + pads[i];
    return startsInside ? Math.max(steps * strides[i] - room, 0) : 0;
  });
  return [pads[0], pads[1], pads[2] + extra[0], pads[3] + extra[1]];
}

const convolve: Translate = ([x, w, b], node, builder) => {
  const image = toTensor(present(x, 'image'));
  const weight = builder.weight(present(w, 'weight'), 'kernel');
  const { strides, dilations, pads } = windowOf(node, image, weight.shape.slice(2).map(Number));
  return conv2d(image, weight, {
    stride: strides,
    dilation: dilations,
    padding: pads,
    groups: numberAttribute(node, 'group', 1),
    bias: b === undefined ? undefined : builder.weight(b, 'offset'),
  });
};

const poolMaximum: Translate = ([x], node) => {
  const image = toTensor(present(x, 'image'));
  const kernel = (numbersAttribute(node, 'kernel_shape') ?? []) as Pair;
  const { strides, dilations, pads } = windowOf(node, image, kernel);
  return maxPool2d(image, kernel, { stride: strides, dilation: dilations, padding: pads });
};

const poolMean: Translate = ([x], node) => {
  const image = toTensor(present(x, 'image'));
  const kernel = (numbersAttribute(node, 'kernel_shape') ?? []) as Pair;
  const { strides, dilations, pads } = windowOf(node, image, kernel);
  refuse(
    dilations.some((distance) => distance !== 1),
    `dilations ${dilations}`,
    'a dense window',
  );
  const counted = numberAttribute(node, 'count_include_pad', 0) !== 0 && pads.some((rows) => rows > 0);
  if (!counted) return averagePool2d(image, kernel, { stride: strides, padding: pads });
  refuse(numberAttribute(node, 'ceil_mode', 0) !== 0, 'ceil_mode with pads that count', 'one of the two');
  const padded = pad(image, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  return averagePool2d(padded, kernel, { stride: strides });
};

/** ONNX keeps the pooled axes. */
const global = (pool: (x: Tensor) => Tensor): Translate => {
  return ([x]) => {
    const image = toTensor(present(x, 'image'));
    return reshape(pool(image), [...image.shape.slice(0, 2), 1, 1]);
  };
};

export const WINDOWS: Readonly<Record<string, Translate>> = {
  Conv: convolve,
  MaxPool: poolMaximum,
  AveragePool: poolMean,
  GlobalAveragePool: global(globalAveragePool),
  GlobalMaxPool: global(globalMaxPool),
};
