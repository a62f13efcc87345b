import { apply, type OpRule, staticShape, type Tensor } from '../tensor.ts';
import { convTranspose2d } from './conv-transpose2d.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { constant, full } from './source.ts';
import { upsampleNearest } from './upsample-nearest.ts';
import { resolveWindow, type Window, type WindowOptions, windowOutput } from './window.ts';

const rule: OpRule<Window> = {
  name: 'averagePool2d',
  infer: ([x], window) => ({ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...windowOutput(x, window)] }),
  emit: (emitter, [x], { attributes: { kernel, strides, pads } }) =>
    emitter.node('AveragePool', [x], { kernel_shape: kernel, strides, pads, count_include_pad: 0 }),
  gradient: (dy, { inputs: [x], attributes: window }) => {
    const { kernel, strides, pads } = window;
    const tiled = kernel.every(
      (taps, i) => taps === strides[i] && pads[i] === 0 && Number(x.shape[2 + i]) % taps === 0,
    );
    if (tiled) return upsampleNearest(multiply(dy, 1 / (kernel[0] * kernel[1])), kernel);
    const [numImages, channels, height, width] = staticShape(x.shape, 'the gradient of averagePool2d');
    const [, , rows, columns] = staticShape(dy.shape, 'the gradient of averagePool2d');
    const share = multiply(dy, constant(tapShares(window, height, width, rows, columns), [rows, columns]));
    const planes = reshape(share, [numImages * channels, 1, rows, columns]);
    const spread = convTranspose2d(
      planes,
      full([1, 1, ...kernel], 1),
      [numImages * channels, 1, height, width],
      {
        ...window,
        groups: 1,
      },
    );
    return reshape(spread, x.shape);
  },
};

/**
 * The mean of what lies under each window; what the window covers outside the image does not count.
 * @param x float `[N, C, H, W]`
 * @param size taps of the window; the stride is the same unless `options.stride` says otherwise
 * @throws E_SHAPE
 */
export function averagePool2d(
  x: Tensor,
  size: number | readonly [number, number],
  options: Omit<WindowOptions, 'dilation'> = {},
): Tensor {
  return apply(rule, [x], resolveWindow(x, size, { stride: size, ...options }, 'averagePool2d'));
}

/** One over the number of image pixels under each window, `[rows, columns]`. */
function tapShares(
  { kernel, strides, pads }: Window,
  height: number,
  width: number,
  rows: number,
  columns: number,
) {
  const inside = (index: number, axis: number, size: number) => {
    const start = index * strides[axis] - pads[axis];
    return Math.min(start + kernel[axis], size) - Math.max(start, 0);
  };
  const shares = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++)
      shares[i * columns + j] = 1 / (inside(i, 0, height) * inside(j, 1, width));
  }
  return shares;
}
