import { createHash } from 'node:crypto';
import { perceptualHash } from '../hash/perceptual.ts';
import { type GreyImage, shrinkGrey } from '../hash/shrink.ts';
import { reasonOf } from '../pixels/bad.ts';
import { decodeImage, readImageBytes, readImageHeader, resizeImage } from '../pixels/decode.ts';
import { imageAt } from '../pixels/image-at.ts';
import type { DecodedPixels, ImageSet } from '../types.ts';
import type { ImageFacts, ImageLook } from './types.ts';

/** Large enough for a line of text to leave a trace, small enough for a JPEG to be read at an eighth of its size. */
const LOOK_SIDE = 64;
const PATCH_SIDE = 16;
/** JPEG leaves that much colour in grey. */
const GREY_TOLERANCE = 8;
const LOOK = { height: LOOK_SIDE, width: LOOK_SIDE, channels: 3, resize: 'stretch' } as const;

/**
 * Everything that the checks want to know about one image. Never throws: what cannot be read has a `problem`.
 * @param onBytes gets the bytes of a file that could be decoded, so that nobody has to read it again
 */
export async function examineImage(
  set: ImageSet,
  index: number,
  onBytes?: (bytes: Uint8Array, facts: ImageFacts) => Promise<void>,
): Promise<ImageFacts> {
  const { pixels } = set;
  return pixels.kind === 'decoded'
    ? examinePixels(pixels, index)
    : examineFile(pixels.path(index), index, onBytes);
}

async function examineFile(
  path: string,
  index: number,
  onBytes?: (bytes: Uint8Array, facts: ImageFacts) => Promise<void>,
): Promise<ImageFacts> {
  let facts: ImageFacts = { index, sizeBytes: 0, content: '' };
  try {
    const bytes = await readImageBytes(path);
    facts = { ...facts, sizeBytes: bytes.length, content: sha256(bytes) };
    facts = { ...facts, header: await readImageHeader(bytes) };
    facts = { ...facts, look: lookAt(await decodeImage(bytes, LOOK)) };
    await onBytes?.(bytes, facts);
    return facts;
  } catch (error) {
    return { ...facts, problem: reasonOf(error) };
  }
}

async function examinePixels(pixels: DecodedPixels, index: number): Promise<ImageFacts> {
  const { height, width, channels } = pixels;
  const data = imageAt(pixels, index);
  return {
    index,
    sizeBytes: data.length,
    content: sha256(data),
    header: { height, width, channels, format: 'unknown', hasAlpha: false, orientation: 1, numFrames: 1 },
    look: lookAt(await resizeImage({ height, width, channels, data }, LOOK)),
  };
}

/** @param pixels uint8 `[64, 64, 3]` */
export function lookAt(pixels: Uint8Array): ImageLook {
  const grey = new Float64Array(LOOK_SIDE * LOOK_SIDE);
  let colour = 0;
  let [darkest, brightest] = [255, 0];
  for (let i = 0; i < grey.length; i++) {
    const [red, green, blue] = [pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]];
    const brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
    grey[i] = brightness;
    if (brightness < darkest) darkest = brightness;
    if (brightness > brightest) brightest = brightness;
    colour = Math.max(colour, Math.abs(red - green), Math.abs(green - blue), Math.abs(red - blue));
  }
  const image: GreyImage = { height: LOOK_SIDE, width: LOOK_SIDE, data: grey };
  return {
    darkest,
    brightest,
    range: Math.max(rangeOf(pixels, 0), rangeOf(pixels, 1), rangeOf(pixels, 2)),
    isGrey: colour <= GREY_TOLERANCE,
    hash: perceptualHash(image),
    patch: normalize(shrinkGrey(image, PATCH_SIDE, PATCH_SIDE)),
  };
}

function rangeOf(pixels: Uint8Array, channel: number): number {
  let [lowest, highest] = [255, 0];
  for (let i = channel; i < pixels.length; i += 3) {
    if (pixels[i] < lowest) lowest = pixels[i];
    if (pixels[i] > highest) highest = pixels[i];
  }
  return highest - lowest;
}

/** A byte a place: of 200,000 images they are all in memory, and a correlation is right to a thousandth. */
function normalize(values: Float64Array): Int8Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const farthest = values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  return Int8Array.from(values, (value) =>
    farthest < 1e-6 ? 0 : Math.round(((value - mean) / farthest) * 127),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
