import { open } from 'node:fs/promises';
import sharp, { type FitEnum, type Sharp, type SharpInput, type SharpOptions } from 'sharp';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import type { PixelShape, ResizeRule } from '../types.ts';
import { parseBmp } from './bmp.ts';
import { parseNetpbm, type RawImage } from './netpbm.ts';
import { padToCentre } from './pad.ts';
import { type ImageFormat, sniffFormat } from './sniff.ts';

/** Formats that libvips decodes by itself in sharp's own build. */
const SHARP_FORMATS: ReadonlySet<ImageFormat> = new Set(['JPEG', 'PNG', 'GIF', 'WebP', 'TIFF', 'AVIF']);
const READABLE = 'JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PBM/PGM/PPM';
/** `fit` is padded here and not by sharp's `contain`, which takes a quarter of the time of a small image. */
const FIT_OF_RULE: Readonly<Record<ResizeRule, keyof FitEnum>> = {
  fit: 'inside',
  cover: 'cover',
  stretch: 'fill',
};

/** Size, colour and resize rule that every image is brought to. */
export interface PixelTarget extends PixelShape {
  readonly resize: ResizeRule;
}

export interface DecodeOptions {
  /** Larger images are refused before they are unpacked. Default 100 million: any camera, but no bomb. */
  readonly maxPixels?: number;
}

const DEFAULT_MAX_PIXELS = 100_000_000;
/** More than that many bytes for each pixel that is let in is no image: 16 bits of four channels. */
const MAX_BYTES_PER_PIXEL = 8;
const DAMAGED = 'data that is damaged, ends early, or is of a kind that is not read';

/**
 * The pixels of one image, at the asked size: uint8 `[height, width, channels]`, owned by the caller.
 * - The EXIF orientation is applied; an embedded colour profile (CMYK and others) is converted to sRGB, 16 bits to 8.
 *   CMYK without a profile is taken for print colours, whose pure tones are duller than the screen's.
 * - Transparency is flattened on white, the colour of the page that cut-out pictures are made for; padding is black.
 * - Colour to grey is by luminance; grey to RGB repeats the channel.
 * - Of an animation the first frame, of a TIFF the first page.
 * - The format is told from the content, not from the name. SVG is refused: it is a drawing without a size, and a
 *   document that can name other files.
 * - A file that ends early or whose data is broken is refused, even where the upper part could be shown: half a picture
 *   is another picture. What a decoder merely warns about, and bytes after the end, are let pass.
 * - Sizes are read from the header first: an image of more than `maxPixels` is refused, with its size, before any of it
 *   is unpacked; a file larger than so many pixels could fill is not read.
 * @param input a path, or the bytes of a file.
 * @throws E_IMAGE for what is not an image, of a format that is not read, damaged or too large; E_NOT_FOUND,
 *   E_PERMISSION
 * @example
 * const pixels = await decodeImage('cat.jpg', { height: 64, width: 64, channels: 3, resize: 'fit' });
 * pixels.length; // 12288
 */
export async function decodeImage(
  input: string | Uint8Array,
  target: PixelTarget,
  options: DecodeOptions = {},
): Promise<Uint8Array> {
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  const name = typeof input === 'string' ? input : 'the image';
  const bytes = typeof input === 'string' ? await readImageBytes(input, options) : input;
  const image = await openImage(bytes, maxPixels, name);
  try {
    return await toTarget(image, target);
  } catch (cause) {
    throw await imageError(name, cause, bytes);
  }
}

/**
 * Pixels of one size brought to another, by the same filter as `decodeImage`.
 * @throws E_IMAGE
 */
export async function resizeImage(image: RawImage, target: PixelTarget): Promise<Uint8Array> {
  return toTarget(openRaw(image), target);
}

/** What the header of an image says. Nothing is unpacked for it, but of BMP and Netpbm. */
export interface ImageHeader extends PixelShape {
  /** Told from the content. Height, width and channels are as the image is shown: upright, without transparency. */
  readonly format: ImageFormat;
  readonly hasAlpha: boolean;
  /** EXIF orientation 1 … 8; 1 is upright. */
  readonly orientation: number;
  /** Of an animation; pages of a TIFF. */
  readonly numFrames: number;
}

/**
 * What the header of an image says, for those who want to know more than its shape.
 * @throws as `decodeImage`
 */
export async function readImageHeader(
  input: string | Uint8Array,
  options: DecodeOptions = {},
): Promise<ImageHeader> {
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  const bytes = typeof input === 'string' ? await readImageBytes(input, options) : input;
  const name = typeof input === 'string' ? input : 'the image';
  const image = await openImage(bytes, maxPixels, name);
  try {
    const { autoOrient, channels, hasAlpha, orientation = 1, pages = 1 } = await image.metadata();
    return {
      ...autoOrient,
      channels: channels - (hasAlpha ? 1 : 0) === 1 ? 1 : 3,
      format: sniffFormat(bytes),
      hasAlpha,
      orientation,
      numFrames: pages,
    };
  } catch (cause) {
    throw await imageError(name, cause, bytes);
  }
}

/** Height, width and channels of an image as it is shown: after its EXIF orientation, without transparency. */
export async function readImageShape(
  input: string | Uint8Array,
  options: DecodeOptions = {},
): Promise<PixelShape> {
  const { height, width, channels } = await readImageHeader(input, options);
  return { height, width, channels };
}

async function openImage(bytes: Uint8Array, maxPixels: number, name: string): Promise<Sharp> {
  const format = sniffFormat(bytes);
  // 'error', not sharp's default 'warning': cameras write harmless oddities that libjpeg warns about.
  if (SHARP_FORMATS.has(format)) return openSharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' });
  if (format === 'BMP' || format === 'Netpbm') {
    try {
      return openRaw(format === 'BMP' ? parseBmp(bytes, maxPixels) : parseNetpbm(bytes, maxPixels));
    } catch (cause) {
      throw await imageError(name, cause);
    }
  }
  throw new SamesameError('E_IMAGE', {
    what: `decoding ${name} failed`,
    expected: READABLE,
    received: describeFormat(format, bytes.length),
    help: format === 'unknown' ? undefined : 'save it as PNG or JPEG',
    details: { path: name, format },
  });
}

function openRaw({ data, width, height, channels }: RawImage): Sharp {
  return openSharp(data, { raw: { width, height, channels } });
}

function openSharp(data: SharpInput, options: SharpOptions): Sharp {
  return sharp(data, options);
}

async function toTarget(image: Sharp, target: PixelTarget): Promise<Uint8Array> {
  const { height, width, channels, resize } = target;
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: 'white' })
    .resize({ height, width, fit: FIT_OF_RULE[resize], position: 'centre' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new ChannelError(`its ${info.channels} channels could not be made ${channels}`);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return info.height === height && info.width === width ? pixels : padToCentre(pixels, info, target);
}

/**
 * The bytes of an image file, for those who want more from them than one decoding.
 * @throws E_IMAGE for a file larger than `maxPixels` could fill; E_NOT_FOUND, E_PERMISSION, E_IO
 */
export async function readImageBytes(path: string, options: DecodeOptions = {}): Promise<Uint8Array> {
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  const file = await open(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  try {
    const { size } = await file.stat();
    if (size <= maxPixels * MAX_BYTES_PER_PIXEL + 2 ** 20) return await file.readFile();
    throw new SamesameError('E_IMAGE', {
      what: `decoding ${path} failed`,
      expected: `at most ${maxPixels} pixels`,
      received: `a file of ${size} bytes, more than so many pixels could fill`,
      help: 'make the image smaller, or raise maxPixels if you trust it',
      details: { path, sizeBytes: size },
    });
  } catch (error) {
    throw errorFromSystem(error, `reading ${path}`);
  } finally {
    await file.close();
  }
}

/**
 * What libvips says is not passed on, but as `cause`: it keeps one text for the whole process, so with several images at
 * once the words may be another image's.
 * @param bytes to tell the size of an image that is too large, where the decoder does not
 */
async function imageError(name: string, cause: unknown, bytes?: Uint8Array): Promise<SamesameError> {
  const problem = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  const isTooLarge = /pixel limit|more than \d+ pixels/.test(problem);
  const isOwn = isTooLarge || cause instanceof SamesameError || cause instanceof ChannelError;
  const size = isTooLarge && bytes !== undefined ? await readSize(bytes) : '';
  return new SamesameError('E_IMAGE', {
    what: `decoding ${name} failed`,
    received: isOwn ? size + problem : DAMAGED,
    help: isTooLarge
      ? 'make the image smaller, or raise maxPixels if you trust it'
      : 'save the image again, or remove it',
    details: { path: name },
    cause,
  });
}

class ChannelError extends Error {}

/** `40000×40000: `, from the header alone. */
async function readSize(bytes: Uint8Array): Promise<string> {
  const header = await openSharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return header === undefined ? '' : `${header.width}×${header.height}: `;
}

function describeFormat(format: ImageFormat, sizeBytes: number): string {
  if (sizeBytes === 0) return 'an empty file';
  if (format === 'unknown') return `${sizeBytes} bytes that are not an image, or a damaged one`;
  return `${format}, which is not read`;
}
