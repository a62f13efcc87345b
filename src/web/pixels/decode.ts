/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import { parseBmp } from '../../data/pixels/bmp.ts';
import { parseNetpbm, type RawImage } from '../../data/pixels/netpbm.ts';
import { type ImageFormat, sniffFormat } from '../../data/pixels/sniff.ts';
import type { WebImage } from '../types.ts';
import { flattenOnWhite } from './flatten.ts';
import { type HeaderSize, headerSize } from './header-size.ts';

/** As in Node: any camera, but no bomb. */
const MAX_PIXELS = 100_000_000;
const MAX_BYTES = 8 * MAX_PIXELS + 2 ** 20;
/** Formats that browsers decode. */
const BROWSER_FORMATS: ReadonlySet<ImageFormat> = new Set(['JPEG', 'PNG', 'GIF', 'WebP', 'AVIF']);
const READABLE = 'JPEG, PNG, WebP, GIF, AVIF, BMP or PBM/PGM/PPM';

/** An image decoded, and the bytes of the file that it came from. */
export interface DecodedImage extends RawImage {
  readonly file?: Uint8Array;
}

/**
 * The pixels of an image at its own size, upright, in sRGB, transparency flattened on white: uint8 `[height, width, 3]`, or
 * `[height, width, 1]` of files that say that they are grey.
 * @throws E_IMAGE for what is not an image, of a format that is not read here, damaged or too large
 */
export async function decodePixels(image: WebImage): Promise<DecodedImage> {
  if (image instanceof ImageData) return flattenOnWhite(image);
  if (image instanceof ImageBitmap) return pixelsOf(image);
  if (!(image instanceof Blob)) {
    throw new SamesameError('E_IMAGE', {
      what: 'this is no image',
      expected: 'a Blob or File, an ImageBitmap or ImageData',
      received: Object.prototype.toString.call(image),
    });
  }
  if (image.size > MAX_BYTES)
    throw tooLarge(`a file of ${image.size} bytes, more than so many pixels could fill`);
  const file = new Uint8Array(await image.arrayBuffer());
  const format = sniffFormat(file);
  if (format === 'BMP') return parseBmp(file, MAX_PIXELS);
  if (format === 'Netpbm') return parseNetpbm(file, MAX_PIXELS);
  if (!BROWSER_FORMATS.has(format)) throw refused(image, format);
  // Before it is unpacked: a bomb costs no memory.
  const size = headerSize(file);
  if (size !== undefined) checkSize(size);
  const bitmap = await createImageBitmap(image, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'default',
    premultiplyAlpha: 'premultiply',
  }).catch((cause) => {
    throw damaged(image, format, cause);
  });
  try {
    return { ...pixelsOf(bitmap), file };
  } finally {
    bitmap.close();
  }
}

function pixelsOf(bitmap: ImageBitmap): RawImage {
  const { height, width } = bitmap;
  checkSize(bitmap);
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
    colorSpace: 'srgb',
  })!;
  // Transparency lies on white, as in Node.
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  return flattenOnWhite(context.getImageData(0, 0, width, height));
}

function checkSize({ height, width }: HeaderSize): void {
  if (height * width > MAX_PIXELS) throw tooLarge(`${width}×${height}`);
}

function tooLarge(received: string): SamesameError {
  return new SamesameError('E_IMAGE', {
    what: 'the image is too large',
    expected: `at most ${MAX_PIXELS} pixels`,
    received,
    help: 'make the image smaller',
  });
}

function refused(image: Blob, format: ImageFormat): SamesameError {
  return new SamesameError('E_IMAGE', {
    what: `decoding ${nameOf(image)} failed`,
    expected: READABLE,
    received:
      image.size === 0
        ? 'an empty file'
        : format === 'unknown'
          ? `${image.size} bytes that are not an image, or a damaged one`
          : `${format}, which is not read in a browser`,
    help: format === 'unknown' ? undefined : 'save it as PNG or JPEG',
    details: { format },
  });
}

function damaged(image: Blob, format: ImageFormat, cause: unknown): SamesameError {
  return new SamesameError('E_IMAGE', {
    what: `decoding ${nameOf(image)} failed`,
    received: `${format} data that is damaged, ends early, or is of a kind that this browser does not read`,
    help: 'save the image again, or leave it out',
    details: { format },
    cause,
  });
}

function nameOf(image: Blob): string {
  return image instanceof File ? image.name : 'the image';
}
