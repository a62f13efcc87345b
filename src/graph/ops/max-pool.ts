import { apply, type Node, type OpRule, staticShape, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { averagePool2d } from './average-pool.ts';
import { cast } from './cast.ts';
import { equal } from './comparisons.ts';
import { conv2d, convRule } from './conv2d.ts';
import { divide } from './divide.ts';
import { multiply } from './multiply.ts';
import { pad } from './pad.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { slice, unslice } from './slice.ts';
import { upsampleNearest } from './upsample-nearest.ts';
import { resolveWindow, type Window, type WindowOptions, windowOutput } from './window.ts';

/** Stands for −∞ under the window where it reaches over the edge; finite, so that 0 times it is 0. */
const LOWEST = -3.4e38;

const rule: OpRule<Window> = {
  name: 'maxPool2d',
  infer: ([x], window) => ({ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...windowOutput(x, window)] }),
  emit: (emitter, [x], { attributes: { kernel, strides, pads, dilations } }) =>
    emitter.node('MaxPool', [x], { kernel_shape: kernel, strides, pads, dilations }),
  gradient: (dy, { inputs: [x], output: y, attributes: window }) => {
    const tiled = window.kernel.every((taps, i) => taps === window.strides[i] && window.dilations[i] === 1);
    return tiled ? gradientOfTiles(dy, x, y, window) : gradientOfTaps(dy, x, y, window);
  },
};

/**
 * The largest value under each window. Where several are equally large, the gradient is split equally among them.
 *
 * Max pooling commutes with what is monotone and the same for a whole channel, so ReLU and a convolution's bias are
 * moved behind it: the same function, on a quarter of the numbers for a 2×2 window.
 * @param x float `[N, C, H, W]`
 * @param size taps of the window; the stride is the same unless `options.stride` says otherwise
 * @throws E_SHAPE
 */
export function maxPool2d(
  x: Tensor,
  size: number | readonly [number, number],
  options: WindowOptions = {},
): Tensor {
  const { inputs, attributes } = x.node as Node;
  if (x.node.rule.name === 'relu') return relu(maxPool2d(inputs[0], size, options));
  if (x.node.rule.name === convRule.name && inputs.length === 3) {
    const [image, weight, bias] = inputs;
    const { strides, pads, dilations, groups } = attributes as Parameters<typeof convRule.infer>[1];
    const bare = conv2d(image, weight, { stride: strides, padding: pads, dilation: dilations, groups });
    return add(maxPool2d(bare, size, options), reshape(bias, [-1, 1, 1]));
  }
  return apply(rule, [x], resolveWindow(x, size, { stride: size, ...options }, 'maxPool2d'));
}

/** Windows that do not overlap: each pixel belongs to one window, found again by repeating `y` and `dy` over it. */
function gradientOfTiles(dy: Tensor, x: Tensor, y: Tensor, { kernel, pads }: Window): Tensor {
  const [, , height, width] = staticShape(x.shape, 'the gradient of maxPool2d');
  const [, , rows, columns] = staticShape(y.shape, 'the gradient of maxPool2d');
  const missing = [rows * kernel[0] - height - pads[0], columns * kernel[1] - width - pads[1]];
  const above = [0, 0, pads[0], pads[1]];
  const below = [0, 0, Math.max(missing[0], 0), Math.max(missing[1], 0)];
  const padded = pad(x, above, below, LOWEST);
  const covered = slice(padded, [0, 0], [rows * kernel[0], columns * kernel[1]], { axes: [2, 3] });
  const largest = cast(equal(covered, upsampleNearest(y, kernel)), x.dtype);
  const share = divide(dy, multiply(averagePool2d(largest, kernel), kernel[0] * kernel[1]));
  const dCovered = multiply(largest, upsampleNearest(share, kernel));
  const ends = [0, 0, Math.max(-missing[0], 0), Math.max(-missing[1], 0)];
  const dPadded = pad(dCovered, [0, 0, 0, 0], ends);
  return slice(dPadded, [pads[0], pads[1]], [pads[0] + height, pads[1] + width], { axes: [2, 3] });
}

/** Windows that overlap: one tap of the window at a time. */
function gradientOfTaps(dy: Tensor, x: Tensor, y: Tensor, window: Window): Tensor {
  const { kernel, strides, pads, dilations } = window;
  const [, , rows, columns] = staticShape(y.shape, 'the gradient of maxPool2d');
  const padded = pad(x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]], LOWEST);
  const taps: { start: readonly [number, number]; largest: Tensor }[] = [];
  for (let u = 0; u < kernel[0]; u++) {
    for (let v = 0; v < kernel[1]; v++) {
      const start = [u * dilations[0], v * dilations[1]] as const;
      const ends = [start[0] + (rows - 1) * strides[0] + 1, start[1] + (columns - 1) * strides[1] + 1];
      const under = slice(padded, start, ends, { axes: [2, 3], steps: strides });
      taps.push({ start, largest: cast(equal(under, y), x.dtype) });
    }
  }
  const share = divide(dy, sum(taps.map(({ largest }) => largest)));
  const dPadded = sum(
    taps.map(({ start, largest }) => unslice(multiply(largest, share), padded.shape, [2, 3], start, strides)),
  );
  const [, , height, width] = staticShape(x.shape, 'the gradient of maxPool2d');
  return slice(dPadded, [pads[0], pads[1]], [pads[0] + height, pads[1] + width], { axes: [2, 3] });
}

function sum(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((total, tensor) => add(total, tensor));
}
