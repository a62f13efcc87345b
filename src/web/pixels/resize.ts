import type { PixelTarget } from '../../data/pixels/decode.ts';
import type { RawImage } from '../../data/pixels/netpbm.ts';
import { padToCentre } from '../../data/pixels/pad.ts';
import { enlarge } from './enlarge.ts';
import { factorsOf } from './factors.ts';
import { toGrey, toRgb } from './grey.ts';
import { reduceColumns, reduceRows } from './reduce.ts';

/**
 * Pixels brought to the size, the colours and the resize rule of a network, as `resizeImage` does in Node.
 * @returns uint8 `[height, width, channels]`, owned by the caller
 */
export function resizePixels(image: RawImage, target: PixelTarget): Uint8Array {
  const { height, width, channels, resize } = target;
  const { across, down } = factorsOf(image, target);
  let resized = image;
  if (down > 1) resized = reduceRows(resized, down);
  if (across > 1) resized = reduceColumns(resized, across);
  if (down < 1 || across < 1) resized = enlarge(resized, Math.max(1, 1 / across), Math.max(1, 1 / down));
  if (resize === 'cover') resized = cropToCentre(resized, target);
  const coloured = channels === 1 ? toGrey(resized) : toRgb(resized);
  if (coloured.height === height && coloured.width === width)
    return coloured.data === image.data ? coloured.data.slice() : coloured.data;
  return padToCentre(coloured.data, coloured, target);
}

function cropToCentre(image: RawImage, { height, width }: PixelTarget): RawImage {
  if (image.height <= height && image.width <= width) return image;
  const { data, channels } = image;
  const top = (Math.max(0, image.height - height) + 1) >> 1;
  const left = (Math.max(0, image.width - width) + 1) >> 1;
  const rowBytes = width * channels;
  const cropped = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    cropped.set(data.subarray(from, from + rowBytes), y * rowBytes);
  }
  return { data: cropped, height, width, channels };
}
