import type { GreyImage } from '../../data/hash/shrink.ts';
import { decodeImage, type PixelTarget } from '../../data/pixels/decode.ts';
import { decodeOne } from '../../data/pixels/decode-one.ts';
import type { ImageSet, PixelShape } from '../../data/types.ts';
import { createPyramid, type Pyramid } from './pyramid.ts';
import { mirror } from './windows.ts';

/** Longest side of the grey thumbnail that windows are found in. Smaller images stay as they are. */
const LONGEST = 128;
/** Two or three times 24 kB each, so some 40 MB. */
const DEFAULT_CAPACITY = 768;

/** What an image of that size becomes, its shape kept. */
export function thumbnailTarget({ height, width }: Pick<PixelShape, 'height' | 'width'>): PixelTarget {
  const factor = Math.min(1, LONGEST / Math.max(height, width));
  return {
    height: Math.max(1, Math.round(height * factor)),
    width: Math.max(1, Math.round(width * factor)),
    channels: 1,
    resize: 'stretch',
  };
}

/** The grey thumbnail of a file's bytes. @throws E_IMAGE */
export async function readThumbnail(
  bytes: Uint8Array,
  size: Pick<PixelShape, 'height' | 'width'>,
): Promise<GreyImage> {
  const target = thumbnailTarget(size);
  return { ...target, data: await decodeImage(bytes, target) };
}

/** Pyramids of the images asked for last. */
export interface Pyramids {
  /** @returns undefined where the image cannot be read any more */
  get(index: number, isMirrored?: boolean): Promise<Pyramid | undefined>;
}

/**
 * Decodes an image when its pyramid is asked for, and keeps those asked for last, so that memory does not grow with the
 * set.
 * @param sizeOf size of an image as it is shown
 */
export function createPyramids(
  set: ImageSet,
  sizeOf: (index: number) => Pick<PixelShape, 'height' | 'width'> | undefined,
  capacity = DEFAULT_CAPACITY,
): Pyramids {
  const recent = new Map<number, Promise<Pyramid | undefined>>();
  const read = async (index: number, isMirrored: boolean): Promise<Pyramid | undefined> => {
    const size = sizeOf(index);
    if (size === undefined) return undefined;
    const target = thumbnailTarget(size);
    const data = await decodeOne(set, index, target).catch(() => undefined);
    if (data === undefined) return undefined;
    const image = { ...target, data };
    return createPyramid(isMirrored ? mirror(image) : image);
  };
  return {
    get(index, isMirrored = false) {
      const key = 2 * index + Number(isMirrored);
      const found = recent.get(key) ?? read(index, isMirrored);
      // A map keeps the order in which keys were put in: the oldest is the first.
      recent.delete(key);
      recent.set(key, found);
      if (recent.size > capacity) recent.delete(recent.keys().next().value!);
      return found;
    },
  };
}
