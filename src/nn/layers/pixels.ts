import { cast } from '../../graph/ops/cast.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { transpose } from '../../graph/ops/transpose.ts';
import type { Tensor } from '../../graph/tensor.ts';

/** What brightness 0…255 becomes: `(byte / 255 − mean) / deviation`. */
export interface PixelScale {
  /** In 0…1. */
  readonly mean: number;
  /** In 0…1, above 0. */
  readonly deviation: number;
}

/** Bytes as decoded, `uint8 [N, H, W, C]`, to what convolutions read, `float32 [N, C, H, W]`. */
export function fromPixels(images: Tensor, { mean, deviation }: PixelScale): Tensor {
  const [numImages, height, width, channels] = images.shape;
  const planes =
    channels === 1
      ? reshape(cast(images, 'float32'), [numImages, 1, height, width])
      : transpose(cast(images, 'float32'), [0, 3, 1, 2]);
  const scaled = multiply(planes, 1 / (255 * deviation));
  return mean === 0 ? scaled : subtract(scaled, mean / deviation);
}
