import sharp from 'sharp';
import {
  type DecodeOptions,
  decodeImage,
  readImageBytes,
  readImageHeader,
  resizeImage,
} from '../data/pixels/decode.ts';
import { imageAt } from '../data/pixels/image-at.ts';
import type { DecodedPixels, ImageSet, PixelShape } from '../data/types.ts';

/** Sharp on a dense screen at the size that pages show. */
const SIDE = 192;

/** WebP, as photos are many and PNG is large; a file that is gone by now has none. */
export async function drawThumbnail(
  { pixels }: ImageSet,
  index: number,
  size: Pick<PixelShape, 'height' | 'width'>,
): Promise<string | undefined> {
  try {
    if (pixels.kind === 'decoded') return asUrl(await drawDecoded(pixels, index));
    const target = targetOf(size);
    return asUrl(await toWebp(await decodeImage(pixels.path(index), target), target));
  } catch {
    return undefined;
  }
}

/** The bytes of a WebP of an image that came as an array. */
export async function drawDecoded(pixels: DecodedPixels, index: number): Promise<Uint8Array> {
  const { height, width, channels } = pixels;
  const target = targetOf({ height, width });
  return toWebp(await resizeImage({ height, width, channels, data: imageAt(pixels, index) }, target), target);
}

/** As `drawThumbnail`, of an image file. */
export async function drawFileThumbnail(path: string): Promise<string | undefined> {
  try {
    return asUrl(await readThumbnail(path));
  } catch {
    return undefined;
  }
}

/** The bytes of a WebP of an image file. @throws as `decodeImage` */
export async function readThumbnail(path: string, options: DecodeOptions = {}): Promise<Uint8Array> {
  const bytes = await readImageBytes(path, options);
  const target = targetOf(await readImageHeader(bytes, options));
  return toWebp(await decodeImage(bytes, target, options), target);
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

async function toWebp(pixels: Uint8Array, target: Target): Promise<Buffer> {
  return sharp(pixels, { raw: target }).webp({ quality: 78 }).toBuffer();
}

function asUrl(webp: Uint8Array): string {
  return `data:image/webp;base64,${Buffer.from(webp).toString('base64')}`;
}
