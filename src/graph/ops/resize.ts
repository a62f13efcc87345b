import { SamesameError } from '../../base/errors.ts';
import { createArray } from '../dtype.ts';
import {
  apply,
  type Dim,
  describeShape,
  type Emitter,
  type OpRule,
  staticShape,
  type Tensor,
} from '../tensor.ts';
import { cast } from './cast.ts';
import { matmul } from './matmul.ts';
import { constant } from './source.ts';

export type ResizeMode = 'nearest' | 'bilinear';

interface ResizeAttributes {
  readonly height: number;
  readonly width: number;
  readonly mode: ResizeMode;
}

const rule: OpRule<ResizeAttributes> = {
  name: 'resize',
  infer: ([x], { height, width }) => ({ dtype: x.dtype, shape: [...x.shape.slice(0, 2), height, width] }),
  emit: (emitter, [x], { inputs, attributes }) =>
    attributes.mode === 'nearest'
      ? emitNearest(emitter, x, inputs[0].shape, attributes)
      : emitBilinear(emitter, x, inputs[0].shape, attributes),
  // The op is y = R·x·Cᵀ with two constant matrices, so its gradient is Rᵀ·dy·C.
  gradient: (dy, { inputs: [x], attributes: { height, width, mode } }) => {
    const [fromHeight, fromWidth] = staticShape(x.shape.slice(2), 'the gradient of resize');
    const rows = interpolation(fromHeight, height, mode, dy);
    const columns = interpolation(fromWidth, width, mode, dy);
    return matmul(matmul(rows, dy, { transposeA: true }), columns);
  },
};

/**
 * Images at another size, `[N, C, H, W] → [N, C, height, width]`. Pixels are areas: output pixel `i` looks at the
 * input position `(i + ½)·H/height − ½`. `nearest` takes the pixel that holds it, `bilinear` weighs the two nearest
 * on each axis (the edge repeats). Shrinking does not smooth: shrink photos before, where they are decoded.
 * @param size `[height, width]`
 * @param mode default `bilinear`
 * @throws E_SHAPE where x is no image batch with static height and width, or a size is below 1
 */
export function resize(x: Tensor, size: readonly [number, number], mode: ResizeMode = 'bilinear'): Tensor {
  const [height, width] = size;
  if (x.shape.length !== 4 || size.some((length) => !Number.isInteger(length) || length < 1)) {
    throw new SamesameError('E_SHAPE', {
      what: 'resize needs an image batch and a size',
      expected: '[N, C, H, W] and a height and width of at least 1',
      received: `${describeShape(x.shape)} and ${describeShape(size)}`,
    });
  }
  const [fromHeight, fromWidth] = staticShape(x.shape.slice(2), 'resize');
  return fromHeight === height && fromWidth === width ? x : apply(rule, [x], { height, width, mode });
}

/** Two gathers, with indices worked out in whole numbers: Resize rounds positions in float32. */
function emitNearest(
  emitter: Emitter,
  x: string,
  shape: readonly Dim[],
  { height, width }: ResizeAttributes,
): string {
  const rows = emitter.int64s(nearest(Number(shape[2]), height));
  const columns = emitter.int64s(nearest(Number(shape[3]), width));
  return emitter.node('Gather', [emitter.node('Gather', [x, rows], { axis: 2 }), columns], { axis: 3 });
}

function emitBilinear(
  emitter: Emitter,
  x: string,
  shape: readonly Dim[],
  { height, width }: ResizeAttributes,
): string {
  const [batch, channels] = shape;
  const sizes =
    typeof batch === 'number' && typeof channels === 'number'
      ? emitter.int64s([batch, channels, height, width])
      : emitter.node('Concat', [firstTwoAxes(emitter, x), emitter.int64s([height, width])], { axis: 0 });
  return emitter.node('Resize', [x, '', '', sizes], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
}

function firstTwoAxes(emitter: Emitter, x: string): string {
  return emitter.node('Gather', [emitter.node('Shape', [x]), emitter.int64s([0, 1])]);
}

/** For each of `to` pixels the one of `from` pixels that holds its centre: `⌊(2i + 1)·from / (2·to)⌋`. */
function nearest(from: number, to: number): number[] {
  return Array.from({ length: to }, (_, i) => Math.floor(((2 * i + 1) * from) / (2 * to)));
}

/** The matrix `[to, from]` that resizes one axis, of the type of `like`. */
function interpolation(from: number, to: number, mode: ResizeMode, like: Tensor): Tensor {
  const weights = createArray('float32', to * from);
  if (mode === 'nearest') {
    nearest(from, to).forEach((source, i) => {
      weights[i * from + source] = 1;
    });
  } else {
    for (let i = 0; i < to; i++) {
      const position = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
      const below = Math.floor(position);
      const above = Math.min(below + 1, from - 1);
      weights[i * from + below] += 1 - (position - below);
      weights[i * from + above] += position - below;
    }
  }
  return cast(constant(weights, [to, from]), like.dtype);
}
