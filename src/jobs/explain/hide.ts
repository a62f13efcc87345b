import type { Rect } from '../../data/pixels/visible.ts';
import type { PixelShape } from '../../data/types.ts';

/** A decoded image as the network reads it, and the part of it that shows the photo. */
export interface View {
  /** uint8 `[height, width, channels]`. */
  readonly pixels: Uint8Array;
  readonly shape: PixelShape;
  readonly part: Rect;
}

/**
 * A copy of an image in which every pixel of the photo that `isHidden` names has the photo's mean colour. Bars around the
 * photo stay as they are.
 * @param isHidden asked for each pixel of the photo, from its upper left corner
 */
export function hide({ pixels, shape, part }: View, isHidden: (x: number, y: number) => boolean): Uint8Array {
  const color = meanColor({ pixels, shape, part });
  const copy = pixels.slice();
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) {
      if (!isHidden(x, y)) continue;
      const offset = ((part.top + y) * shape.width + part.left + x) * shape.channels;
      for (let channel = 0; channel < shape.channels; channel++) copy[offset + channel] = color[channel];
    }
  }
  return copy;
}

function meanColor({ pixels, shape, part }: View): number[] {
  const sums = new Array<number>(shape.channels).fill(0);
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) {
      const offset = ((part.top + y) * shape.width + part.left + x) * shape.channels;
      for (let channel = 0; channel < shape.channels; channel++) sums[channel] += pixels[offset + channel];
    }
  }
  return sums.map((sum) => Math.round(sum / (part.height * part.width)));
}
