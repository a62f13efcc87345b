import type { PixelTarget } from './decode.ts';

/** A rectangle of pixels. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Which part of a photo a network sees, and where in its input. */
export interface Visible {
  /** In the photo's own pixels, not rounded: all of it, but for what `cover` crops. */
  readonly photo: Rect;
  /** In the input's pixels: all of it, but for the bars of `fit`. */
  readonly input: Rect;
}

/** Where a resize rule puts a photo: the way back from places in the input to places in the photo. */
export function visiblePart(
  photo: { readonly height: number; readonly width: number },
  { height, width, resize }: PixelTarget,
): Visible {
  const wholePhoto = { left: 0, top: 0, width: photo.width, height: photo.height };
  const wholeInput = { left: 0, top: 0, width, height };
  if (resize === 'stretch') return { photo: wholePhoto, input: wholeInput };
  const scales = [width / photo.width, height / photo.height];
  if (resize === 'cover') {
    const scale = Math.max(...scales);
    const inside = { width: width / scale, height: height / scale };
    const [left, top] = [(photo.width - inside.width) / 2, (photo.height - inside.height) / 2];
    return { photo: { left, top, ...inside }, input: wholeInput };
  }
  const scale = Math.min(...scales);
  const inside = {
    width: Math.min(width, Math.max(1, Math.round(photo.width * scale))),
    height: Math.min(height, Math.max(1, Math.round(photo.height * scale))),
  };
  // As decoding pads: an odd pixel goes to the right and below.
  const [left, top] = [(width - inside.width) >> 1, (height - inside.height) >> 1];
  return { photo: wholePhoto, input: { left, top, ...inside } };
}
