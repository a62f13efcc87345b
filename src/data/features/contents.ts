import { readFile } from 'node:fs/promises';
import { errorFromSystem } from '../../base/errors.ts';
import { forEachInParallel } from '../parallel.ts';
import { reasonOf } from '../pixels/bad.ts';
import { imageAt } from '../pixels/image-at.ts';
import type { DecodedPixels, ImageSet } from '../types.ts';
import { contentHash } from './keys.ts';

/** Enough reads in flight to keep a disk busy. */
const NUM_READS = 16;

/** What every image of a set is by its content: the hash of its bytes, or why they cannot be read. */
export interface Contents {
  /** SHA-256 in hex by index; undefined where the file cannot be read. */
  readonly hashes: readonly (string | undefined)[];
  /** By index. */
  readonly unreadable: ReadonlyMap<number, string>;
}

/** Reads every image once, and decodes none. @throws whatever `signal` aborts with */
export async function hashContents(
  set: ImageSet,
  onDone: (done: number) => void,
  signal?: AbortSignal,
): Promise<Contents> {
  const hashes = new Array<string | undefined>(set.numImages);
  const unreadable = new Map<number, string>();
  let done = 0;
  const work = async (index: number) => {
    try {
      hashes[index] = (await readContent(set, index)).hash;
    } catch (error) {
      unreadable.set(index, reasonOf(error));
    }
    onDone(++done);
  };
  await forEachInParallel(set.numImages, NUM_READS, work, signal);
  return { hashes, unreadable };
}

/**
 * The content of an image: its hash and, of a file, its bytes.
 * @throws E_NOT_FOUND, E_PERMISSION, E_IO
 */
export async function readContent(
  set: ImageSet,
  index: number,
): Promise<{ readonly hash: string; readonly bytes?: Uint8Array }> {
  const { pixels } = set;
  if (pixels.kind === 'decoded') return { hash: hashOfPixels(pixels, index) };
  const path = pixels.path(index);
  const bytes = await readFile(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  return { hash: contentHash(bytes), bytes };
}

/** The hash of an image that lies in memory: of its shape and its pixels. */
export function hashOfPixels(pixels: DecodedPixels, index: number): string {
  const { height, width, channels } = pixels;
  return contentHash(imageAt(pixels, index), `${height}×${width}×${channels}\n`);
}
