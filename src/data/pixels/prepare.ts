import { constants } from 'node:buffer';
import { tmpdir } from 'node:os';
import { SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
import { forEachInParallel } from '../parallel.ts';
import type { BadImage, ImageSet, ProgressEvent } from '../types.ts';
import { checkBadShare, DEFAULT_MAX_BAD_SHARE, reasonOf } from './bad.ts';
import type { PixelTarget } from './decode.ts';
import { decodeOne } from './decode-one.ts';
import { createRowFile, type RowFile } from './spill.ts';
import { createStore, type PixelStore } from './store.ts';
import { NUM_DECODES, withOneThreadAnImage } from './threads.ts';

export interface PrepareOptions extends PixelTarget {
  /**
   * Bytes of decoded pixels to keep in memory; what does not fit goes to a file. Default 1 GiB: 87,000 images of
   * 64×64×3, and room left on a machine of 4 GiB. Pixels that the source already holds in memory are not copied and not
   * counted.
   */
  readonly memoryBytes?: number;
  /** Folder of that file. Default: the system's temporary folder; on some systems that is memory, too. */
  readonly spillFolder?: string;
  /** Share of bad images from 0 to 1 that is put up with. Default .2: past it the data is not what it is taken for. */
  readonly maxBadShare?: number;
  /** Larger images count as bad. Default 100 million pixels. */
  readonly maxPixels?: number;
  /** Called at most ten times a second, and at the end; stage `decode`. */
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

const OPTION_NAMES = [
  ...['height', 'width', 'channels', 'resize', 'memoryBytes', 'spillFolder', 'maxBadShare', 'maxPixels'],
  ...['onProgress', 'signal'],
];
const DEFAULT_MEMORY_BYTES = 2 ** 30;
const PROGRESS_INTERVAL_MS = 100;

/**
 * Decodes each image of a set once, on every core, and keeps the pixels: the second epoch decodes nothing.
 * Pixels in memory that already have the size are used as they are, without a copy.
 * A bad image is skipped, counted and listed in `bad`.
 * @throws E_IMAGES_BAD past `maxBadShare`, or where no image is left; E_DISK_FULL, E_PERMISSION, E_IO;
 *   whatever `signal` aborts with
 * @example
 * const store = await preparePixels(set, { height: 64, width: 64, channels: 3, resize: 'fit' });
 * const batch = new Uint8Array(2 * 64 * 64 * 3);
 * await store.gather(store.usable.subarray(0, 2), batch);
 */
export async function preparePixels(set: ImageSet, options: PrepareOptions): Promise<PixelStore> {
  checkOptionNames('preparePixels', options, OPTION_NAMES);
  const { height, width, channels, resize } = options;
  const shape = { height, width, channels };
  const { numImages, pixels } = set;
  checkSize(options);
  const isUsable = new Uint8Array(numImages).fill(1);
  const isReady =
    pixels.kind === 'decoded' &&
    pixels.height === height &&
    pixels.width === width &&
    pixels.channels === channels;
  if (isReady) {
    options.onProgress?.({ stage: 'decode', done: numImages, total: numImages });
    return createStore({ shape, numImages, bad: [], isUsable, memory: pixels.data });
  }

  const rowBytes = height * width * channels;
  // One array holds what is in memory; past its largest length the rest goes to the file, too.
  const memoryBytes = Math.min(options.memoryBytes ?? DEFAULT_MEMORY_BYTES, constants.MAX_LENGTH);
  const numInMemory = Math.min(numImages, Math.floor(memoryBytes / rowBytes));
  const memory = new Uint8Array(numInMemory * rowBytes);
  const spilled =
    numInMemory < numImages ? await createRowFile(options.spillFolder ?? tmpdir(), rowBytes) : undefined;
  try {
    const target: PixelTarget = { ...shape, resize };
    const badReasons = await decodeAll(set, target, options, async (index, image) => {
      if (index < numInMemory) memory.set(image, index * rowBytes);
      else await spilled!.write(index - numInMemory, image);
    });
    const bad: BadImage[] = [];
    for (const index of [...badReasons.keys()].sort((a, b) => a - b)) {
      isUsable[index] = 0;
      bad.push({ id: set.id(index), reason: badReasons.get(index)! });
    }
    checkBadShare(set, bad, options.maxBadShare ?? DEFAULT_MAX_BAD_SHARE);
    return createStore({ shape, numImages, bad, isUsable, memory, spilled });
  } catch (error) {
    await closeQuietly(spilled);
    throw error;
  }
}

/** Decodes every image, handing each to `keep`; returns why each bad one is bad, by index. */
async function decodeAll(
  set: ImageSet,
  target: PixelTarget,
  options: PrepareOptions,
  keep: (index: number, image: Uint8Array) => Promise<void>,
): Promise<Map<number, string>> {
  const { onProgress, signal, maxPixels } = options;
  const total = set.numImages;
  const bad = new Map<number, string>();
  let done = 0;
  let lastTime = 0;
  await withOneThreadAnImage(async () => {
    const work = async (index: number) => {
      const image = await decodeOne(set, index, target, maxPixels).catch((error) => {
        bad.set(index, reasonOf(error));
        return undefined;
      });
      if (image !== undefined) await keep(index, image);
      done++;
      const now = performance.now();
      if (onProgress !== undefined && (now - lastTime >= PROGRESS_INTERVAL_MS || done === total)) {
        lastTime = now;
        onProgress({ stage: 'decode', done, total });
      }
    };
    await forEachInParallel(total, NUM_DECODES, work, signal);
  });
  return bad;
}

function checkSize({ height, width, channels, memoryBytes = 0, maxBadShare = 0 }: PrepareOptions): void {
  const sides = [height, width];
  const isWhole = sides.every((side) => Number.isInteger(side) && side >= 1);
  if (
    isWhole &&
    (channels === 1 || channels === 3) &&
    memoryBytes >= 0 &&
    maxBadShare >= 0 &&
    maxBadShare <= 1
  )
    return;
  throw new SamesameError('E_CONFIG', {
    what: 'preparePixels was given options out of range',
    expected:
      'height and width whole numbers from 1, channels 1 or 3, memoryBytes from 0, maxBadShare from 0 to 1',
    received: JSON.stringify({ height, width, channels, memoryBytes, maxBadShare }),
  });
}

async function closeQuietly(file: RowFile | undefined): Promise<void> {
  await file?.close().catch(() => {});
}
