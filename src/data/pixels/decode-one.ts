import type { ImageSet } from '../types.ts';
import { decodeImage, type PixelTarget, resizeImage } from './decode.ts';

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
  const { height, width, channels } = pixels;
  const imageBytes = height * width * channels;
  const data = pixels.data.subarray(index * imageBytes, (index + 1) * imageBytes);
  const isReady = height === target.height && width === target.width && channels === target.channels;
  return isReady ? data : resizeImage({ data, height, width, channels }, target);
}
