import sharp from 'sharp';
import { decodeImage, resizeImage } from '../data/pixels/decode.ts';
import type { ImageSet, PixelShape } from '../data/types.ts';

/** Sharp on a dense screen at the size that pages show. */
const SIDE = 192;

/** A data URI. WebP, as photos are many and PNG is large; a file that is gone by now has none. */
export async function drawThumbnail(
  { pixels }: ImageSet,
  index: number,
  size: Pick<PixelShape, 'height' | 'width'>,
): Promise<string | undefined> {
  const factor = SIDE / Math.max(size.height, size.width);
  const target = {
    height: Math.max(1, Math.round(size.height * factor)),
    width: Math.max(1, Math.round(size.width * factor)),
    channels: 3,
    resize: 'stretch',
  } as const;
  try {
    let small: Uint8Array;
    if (pixels.kind === 'encoded') small = await decodeImage(pixels.path(index), target);
    else {
      const { height, width, channels } = pixels;
      const numBytes = height * width * channels;
      const data = pixels.data.subarray(index * numBytes, (index + 1) * numBytes);
      small = await resizeImage({ height, width, channels, data }, target);
    }
    const webp = await sharp(small, { raw: target }).webp({ quality: 78 }).toBuffer();
    return `data:image/webp;base64,${webp.toString('base64')}`;
  } catch {
    return undefined;
  }
}
