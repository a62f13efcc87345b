import { cast } from '../../graph/ops/cast.ts';
import { flip } from '../../graph/ops/flip.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { constant } from '../../graph/ops/source.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { transpose } from '../../graph/ops/transpose.ts';
import type { Tensor } from '../../graph/tensor.ts';

/** What brightness 0…255 becomes: `(byte / 255 − mean) / deviation`, one number for all channels or one for each. */
export interface PixelScale {
  /** In 0…1. One for each channel: in the order in which the network reads them. */
  readonly mean: number | readonly number[];
  /** In 0…1, above 0. */
  readonly deviation: number | readonly number[];
  /** Order in which the network reads the channels of a colour image. Default `rgb`. */
  readonly order?: 'rgb' | 'bgr';
}

/** Bytes as decoded, `uint8 [N, H, W, C]`, to what convolutions read, `float32 [N, C, H, W]`. */
export function fromPixels(images: Tensor, { mean, deviation, order = 'rgb' }: PixelScale): Tensor {
  const [numImages, height, width, channels] = images.shape;
  const planes =
    channels === 1
      ? reshape(cast(images, 'float32'), [numImages, 1, height, width])
      : transpose(cast(images, 'float32'), [0, 3, 1, 2]);
  const ordered = order === 'bgr' && channels === 3 ? flip(planes, [1]) : planes;
  const factor = map(deviation, (value) => 1 / (255 * value));
  const shift = map(mean, (value, i) => value / (typeof deviation === 'number' ? deviation : deviation[i]));
  const scaled = multiply(ordered, perChannel(factor));
  return mean === 0 ? scaled : subtract(scaled, perChannel(shift));
}

function map(
  values: number | readonly number[],
  change: (value: number, index: number) => number,
): number | readonly number[] {
  return typeof values === 'number' ? change(values, 0) : values.map(change);
}

/** `[C, 1, 1]`, which spreads over `[N, C, H, W]`. */
function perChannel(values: number | readonly number[]): number | Tensor {
  return typeof values === 'number' ? values : constant(Float32Array.from(values), [values.length, 1, 1]);
}
