import type { GreyImage } from '../../data/hash/shrink.ts';
import { decodeImage, type PixelTarget, readImageShape } from '../../data/pixels/decode.ts';
import { decodeOne } from '../../data/pixels/decode-one.ts';
import type { ImageSet, PixelShape } from '../../data/types.ts';
import type { KeptThumbnails } from './kept-thumbnails.ts';
import { createPyramid, createTexture, type Grey, type Pyramid } from './pyramid.ts';
import { type ContentWindow, findWindows, mirror } from './windows.ts';

/** Longest side of the grey thumbnail that windows are found in. Smaller images stay as they are. */
const LONGEST = 128;
/** Up to 170 kB each, so 130 MB at most. */
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

export interface ViewOptions {
  /** Size of an image as it is shown, where it is known. Default: its header is read. */
  readonly sizeOf?: (index: number) => Pick<PixelShape, 'height' | 'width'> | undefined;
  /** Thumbnails that are there already. Default: none. */
  readonly thumbnails?: Pick<KeptThumbnails, 'get'>;
  /** Default 768. */
  readonly capacity?: number;
}

/**
 * Makes the view of an image when it is asked for, of its thumbnail where that was kept, and keeps those asked for last,
 * so that memory does not grow with the set.
 */
export function createViews(
  set: ImageSet,
  { sizeOf = () => undefined, thumbnails, capacity = DEFAULT_CAPACITY }: ViewOptions = {},
): Views {
  const recent = new Map<number, Promise<View | undefined>>();
  const decode = async (index: number): Promise<GreyImage> => {
    const { pixels } = set;
    const size =
      sizeOf(index) ?? (pixels.kind === 'encoded' ? await readImageShape(pixels.path(index)) : pixels);
    const target = thumbnailTarget(size);
    return { ...target, data: await decodeOne(set, index, target) };
  };
  const read = async (index: number, isMirrored: boolean): Promise<View | undefined> => {
    const plain = thumbnails?.get(index) ?? (await decode(index));
    const image = isMirrored ? mirror(plain) : plain;
    let windows: readonly ContentWindow[] | undefined;
    let texture: Grey | undefined;
    return {
      height: image.height,
      width: image.width,
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
