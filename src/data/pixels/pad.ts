import type { PixelShape } from '../types.ts';

/** The image in the middle of a black frame; an odd pixel goes to the right and below. */
export function padToCentre(
  pixels: Uint8Array,
  inner: { readonly height: number; readonly width: number },
  { height, width, channels }: PixelShape,
): Uint8Array {
  const frame = new Uint8Array(height * width * channels);
  const top = (height - inner.height) >> 1;
  const left = (width - inner.width) >> 1;
  const rowBytes = inner.width * channels;
  for (let y = 0; y < inner.height; y++) {
    frame.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), ((top + y) * width + left) * channels);
  }
  return frame;
}
