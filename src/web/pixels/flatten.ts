/// <reference lib="dom" />
import type { RawImage } from '../../data/pixels/netpbm.ts';

/** Pixels without their transparency, which lies on white. */
export function flattenOnWhite({ data, height, width }: ImageData): RawImage {
  const flat = new Uint8Array(height * width * 3);
  for (let from = 0, to = 0; to < flat.length; from += 4) {
    const alpha = data[from + 3];
    const white = 255 * (255 - alpha);
    for (let c = 0; c < 3; c++)
      flat[to++] = alpha === 255 ? data[from + c] : (data[from + c] * alpha + white) / 255;
  }
  return { data: flat, height, width, channels: 3 };
}
