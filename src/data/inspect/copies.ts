import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { findNearHashes } from '../hash/near.ts';
import { forEachInParallel } from '../parallel.ts';
import { decodeImage } from '../pixels/decode.ts';
import type { ImageSet, ProgressEvent } from '../types.ts';
import { createJoins, groupByKey } from './groups.ts';
import { isBlank } from './looks.ts';
import type { Copies, ImageFacts } from './types.ts';

/**
 * Bits of pHash in which copies may differ. 6 finds every other size, compression and small mark of our test photos;
 * crops and strong filters need more, and bring more look-alikes.
 */
export const DEFAULT_NEAR_BITS = 6;
/** What a picture and its copy correlate by at 16×16; photos of alike things with alike hashes stay below. */
const MIN_CORRELATION = 0.98;
/** Small pictures of one size have little to differ in: handwritten digits of one writer reach .997. */
const MIN_CORRELATION_SMALL = 0.998;
const SMALL_SIDE = 64;
/** Of very many images with one hash each is compared with so many that differ from each other, not with all. */
const MAX_COMPARED = 256;

export interface FindCopiesOptions {
  /** Bits in which the hashes of near copies may differ, from 0 to 19. Default 6. */
  readonly threshold?: number;
  /** Told of every two that look alike, as places in `images`: what the near copies are joined from. */
  readonly onAlike?: (a: number, b: number) => void;
  /** Stage `compare`. */
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

/**
 * What a set holds more than once: as the same file, as the same pixels, and as the same picture to the eye. Near copies
 * have near hashes (`threshold`) and correlate by .98 besides, small ones of one size by .998. Images of one colour have no
 * copies but the same file: there is nothing in them to compare. Full-size pixels are read again only of images of one size that look alike.
 * @param images as `examineSet` gives them
 * @throws E_CONFIG for a threshold out of range; whatever `signal` aborts with
 */
export async function findCopies(
  set: ImageSet,
  images: readonly ImageFacts[],
  options: FindCopiesOptions = {},
): Promise<Copies> {
  const exact = groupByKey(images.length, (i) => images[i].content);
  const isRepeat = new Uint8Array(images.length);
  for (const [, ...others] of exact) for (const other of others) isRepeat[other] = 1;
  const seen = images
    .map((_, i) => i)
    .filter((i) => isRepeat[i] === 0 && images[i].look !== undefined && !isBlank(images[i].look!));
  const near = createJoins(images.length);
  const alike: [number, number][] = [];
  findAlike(images, seen, options.threshold ?? DEFAULT_NEAR_BITS, (a, b) => {
    near.join(a, b);
    options.onAlike?.(a, b);
    if (mayBeIdentical(images[a], images[b])) alike.push([a, b]);
  });
  const pixelKeys = set.pixels.kind === 'encoded' ? await hashPixels(set, images, alike, options) : new Map();
  const same = createJoins(images.length);
  for (const [first, ...others] of groupByKey(images.length, (i) => pixelKeys.get(i)))
    for (const other of others) same.join(first, other);
  for (const [first, ...others] of exact) for (const other of others) same.join(first, other);
  const identical = same.groups();
  const toIndex = (groups: readonly (readonly number[])[]) =>
    groups.map((group) => group.map((i) => images[i].index));
  return {
    exact: toIndex(exact),
    pixels: toIndex(
      identical.filter((group) => group.some((i) => images[i].content !== images[group[0]].content)),
    ),
    near: toIndex(firstOfEach(near.groups(), identical)),
  };
}

/** Of groups of near copies, those that are more than one image once identical ones count as one. */
function firstOfEach(near: readonly number[][], identical: readonly number[][]): number[][] {
  const firstOf = new Map<number, number>();
  for (const group of identical) for (const i of group) firstOf.set(i, group[0]);
  return near
    .map((group) => [...new Set(group.map((i) => firstOf.get(i) ?? i))].sort((a, b) => a - b))
    .filter((group) => group.length > 1);
}

/** Every two images that look alike, or so many of them that the groups come out right. */
function findAlike(
  images: readonly ImageFacts[],
  seen: readonly number[],
  threshold: number,
  join: (a: number, b: number) => void,
): void {
  const buckets = new Map<string, number[]>();
  for (const i of seen) {
    const key = images[i].look!.hash.join(' ');
    const leaders = buckets.get(key) ?? [];
    buckets.set(key, leaders);
    const like = leaders.filter((leader) => isAlike(images[leader], images[i]));
    for (const leader of like) join(leader, i);
    if (like.length === 0 && leaders.length < MAX_COMPARED) leaders.push(i);
  }
  const leadersOf = [...buckets.values()];
  const hashes = leadersOf.map(([first]) => images[first].look!.hash);
  findNearHashes(hashes, threshold, (a, b) => {
    for (const i of leadersOf[a]) {
      for (const j of leadersOf[b]) if (isAlike(images[i], images[j])) join(Math.min(i, j), Math.max(i, j));
    }
  });
}

function isAlike(a: ImageFacts, b: ImageFacts): boolean {
  const correlation = correlationOf(a.look!.patch, b.look!.patch);
  return correlation >= (areSmallAndEqual(a, b) ? MIN_CORRELATION_SMALL : MIN_CORRELATION);
}

function areSmallAndEqual({ header: a }: ImageFacts, { header: b }: ImageFacts): boolean {
  return a!.height === b!.height && a!.width === b!.width && Math.min(a!.height, a!.width) < SMALL_SIDE;
}

/** From −1 to 1; 0 where one of them is all 0. */
export function correlationOf(a: Int8Array, b: Int8Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

function mayBeIdentical(
  { header: a, look: lookA }: ImageFacts,
  { header: b, look: lookB }: ImageFacts,
): boolean {
  return (
    a!.height === b!.height &&
    a!.width === b!.width &&
    a!.channels === b!.channels &&
    Math.abs(lookA!.brightest - lookB!.brightest) < 8 &&
    Math.abs(lookA!.darkest - lookB!.darkest) < 8
  );
}

/** A key for the pixels of every image in these pairs, at its own size. */
async function hashPixels(
  set: ImageSet,
  images: readonly ImageFacts[],
  pairs: readonly (readonly [number, number])[],
  { onProgress, signal }: FindCopiesOptions,
): Promise<Map<number, string>> {
  const asked = [...new Set(pairs.flat())].sort((a, b) => a - b);
  const keys = new Map<number, string>();
  let done = 0;
  const work = async (at: number) => {
    const i = asked[at];
    const { index, header } = images[i];
    const { height, width, channels } = header!;
    const { pixels } = set;
    if (pixels.kind !== 'encoded') return;
    const target = { height, width, channels, resize: 'stretch' } as const;
    // A file that is gone by now has no copy.
    const data = await decodeImage(pixels.path(index), target).catch(() => undefined);
    if (data !== undefined) {
      const hash = createHash('sha256').update(`${height} ${width} ${channels}\n`).update(data);
      keys.set(i, hash.digest('hex'));
    }
    onProgress?.({ stage: 'compare', done: ++done, total: asked.length });
  };
  await forEachInParallel(asked.length, availableParallelism() + 1, work, signal);
  return keys;
}
