import type { ImageSet } from '../types.ts';
import { decodeImage, type PixelTarget, resizeImage } from './decode.ts';
import { imageAt } from './image-at.ts';

/**
 * The pixels of one image of a set: uint8 `[height, width, channels]`, to be read only: they may be the set's own.
 * @param bytes of its file, where they were read already
 * @throws E_IMAGE, E_NOT_FOUND, E_PERMISSION, E_IO
 */
export async function decodeOne(
  set: ImageSet,
  index: number,
  target: PixelTarget,
  maxPixels?: number,
  bytes?: Uint8Array,
): Promise<Uint8Array> {
  const { pixels } = set;
  if (pixels.kind === 'encoded') return decodeImage(bytes ?? pixels.path(index), target, { maxPixels });
  const ready = readyPixels(set, index, target);
  if (ready !== undefined) return ready;
  const { height, width, channels } = pixels;
  return resizeImage({ data: imageAt(pixels, index), height, width, channels }, target);
}

/** The set's own pixels of an image that lies in memory and has the size already; to be read only. */
export function readyPixels(
  { pixels }: ImageSet,
  index: number,
  target: PixelTarget,
): Uint8Array | undefined {
  if (pixels.kind !== 'decoded') return undefined;
  const { height, width, channels } = pixels;
  const isReady = height === target.height && width === target.width && channels === target.channels;
  return isReady ? imageAt(pixels, index) : undefined;
}
