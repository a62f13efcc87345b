import type { GreyImage } from '../../data/hash/shrink.ts';
import { decodeImage, type PixelTarget, readImageShape } from '../../data/pixels/decode.ts';
import { decodeOne } from '../../data/pixels/decode-one.ts';
import type { ImageSet, PixelShape } from '../../data/types.ts';
import { createPyramid, createTexture, type Grey, type Pyramid } from './pyramid.ts';
import { type ContentWindow, findWindows, mirror } from './windows.ts';

/** Longest side of the grey thumbnail that windows are found in. Smaller images stay as they are. */
const LONGEST = 128;
/** About 100 kB each, so some 80 MB. */
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

/** An image as it is laid on another. */
export interface View {
  readonly height: number;
  readonly width: number;
  readonly pyramid: Pyramid;
  /** Made when it is first asked for. */
  texture(): Grey;
  /** Found when they are first asked for. */
  windows(): readonly ContentWindow[];
}

/** Views of the images asked for last. */
export interface Views {
  /** @returns undefined where the image cannot be read any more */
  get(index: number, isMirrored?: boolean): Promise<View | undefined>;
}

/**
 * Decodes an image when its view is asked for, and keeps those asked for last, so that memory does not grow with the
 * set.
 * @param sizeOf size of an image as it is shown, where it is known; else its header is read
 */
export function createViews(
  set: ImageSet,
  sizeOf: (index: number) => Pick<PixelShape, 'height' | 'width'> | undefined,
  capacity = DEFAULT_CAPACITY,
): Views {
  const recent = new Map<number, Promise<View | undefined>>();
  const read = async (index: number, isMirrored: boolean): Promise<View | undefined> => {
    const { pixels } = set;
    const size =
      sizeOf(index) ?? (pixels.kind === 'encoded' ? await readImageShape(pixels.path(index)) : pixels);
    const target = thumbnailTarget(size);
    const plain = { ...target, data: await decodeOne(set, index, target) };
    const image = isMirrored ? mirror(plain) : plain;
    let windows: readonly ContentWindow[] | undefined;
    let texture: Grey | undefined;
    return {
      height: target.height,
      width: target.width,
      pyramid: createPyramid(image),
      texture() {
        texture ??= createTexture(image);
        return texture;
      },
      windows() {
        windows ??= findWindows(image);
        return windows;
      },
    };
  };
  return {
    get(index, isMirrored = false) {
      const key = 2 * index + Number(isMirrored);
      const found = recent.get(key) ?? read(index, isMirrored).catch(() => undefined);
      // A map keeps the order in which keys were put in: the oldest is the first.
      recent.delete(key);
      recent.set(key, found);
      if (recent.size > capacity) recent.delete(recent.keys().next().value!);
      return found;
    },
  };
}
