import sharp from 'sharp';
import { SamesameError } from '../base/errors.ts';
import type { PixelShape } from '../data/types.ts';

export interface ThumbnailOptions {
  /** Longest side in pixels. Default 112: sharp on a dense screen at the size that the report shows. */
  readonly size?: number;
}

/**
 * A PNG data URI of an image, for the report. Node only. Images smaller than `size` are enlarged by a whole factor
 * without smoothing, so that pixels stay pixels; larger ones are reduced.
 * @param pixels uint8 `[height, width, channels]`
 * @throws E_SHAPE where `pixels` is not that long
 */
export async function createThumbnail(
  pixels: Uint8Array,
  shape: PixelShape,
  { size = 112 }: ThumbnailOptions = {},
): Promise<string> {
  const { height, width, channels } = shape;
  if (pixels.length !== height * width * channels) {
    throw new SamesameError('E_SHAPE', {
      what: 'drawing a thumbnail failed: the pixels are not of that shape',
      expected: `${height} × ${width} × ${channels} bytes`,
      received: `${pixels.length} bytes`,
    });
  }
  const longest = Math.max(height, width);
  const factor = longest <= size ? Math.floor(size / longest) : size / longest;
  const image = sharp(pixels, { raw: { height, width, channels } }).resize({
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
    fit: 'fill',
    kernel: factor >= 1 ? 'nearest' : 'lanczos3',
  });
  const png = await image.png({ compressionLevel: 9, palette: channels === 1 && factor >= 1 }).toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
