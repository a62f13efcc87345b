import sharp from 'sharp';
import { decodeImage, readImageBytes, readImageHeader, resizeImage } from '../data/pixels/decode.ts';
import type { ImageSet, PixelShape } from '../data/types.ts';

/** Sharp on a dense screen at the size that pages show. */
const SIDE = 192;

/** WebP, as photos are many and PNG is large; a file that is gone by now has none. */
export async function drawThumbnail(
  { pixels }: ImageSet,
  index: number,
  size: Pick<PixelShape, 'height' | 'width'>,
): Promise<string | undefined> {
  const target = targetOf(size);
  try {
    let small: Uint8Array;
    if (pixels.kind === 'encoded') small = await decodeImage(pixels.path(index), target);
    else {
      const { height, width, channels } = pixels;
      const numBytes = height * width * channels;
      const data = pixels.data.subarray(index * numBytes, (index + 1) * numBytes);
      small = await resizeImage({ height, width, channels, data }, target);
    }
    return await toWebp(small, target);
  } catch {
    return undefined;
  }
}

/** As `drawThumbnail`, of an image file. */
export async function drawFileThumbnail(path: string): Promise<string | undefined> {
  try {
    const bytes = await readImageBytes(path);
    const target = targetOf(await readImageHeader(bytes));
    return await toWebp(await decodeImage(bytes, target), target);
  } catch {
    return undefined;
  }
}

type Target = PixelShape & { readonly resize: 'stretch' };

function targetOf({ height, width }: Pick<PixelShape, 'height' | 'width'>): Target {
  const factor = SIDE / Math.max(height, width);
  return {
    height: Math.max(1, Math.round(height * factor)),
    width: Math.max(1, Math.round(width * factor)),
    channels: 3,
    resize: 'stretch',
  };
}

async function toWebp(pixels: Uint8Array, target: Target): Promise<string> {
  const webp = await sharp(pixels, { raw: target }).webp({ quality: 78 }).toBuffer();
  return `data:image/webp;base64,${webp.toString('base64')}`;
}
