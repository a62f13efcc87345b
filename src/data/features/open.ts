import { constants } from 'node:buffer';
import { SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
import { checkBadShare, DEFAULT_MAX_BAD_SHARE } from '../pixels/bad.ts';
import type { BadImage, ProgressEvent } from '../types.ts';
import { hashContents } from './contents.ts';
import { fillMissing } from './fill.ts';
import { createRowKeys } from './keys.ts';
import { loadRows, type RowTarget } from './load.ts';
import { planRows } from './plan.ts';
import { createRowReader } from './reader.ts';
import { readShelf } from './shelf.ts';
import { createFeatureStore } from './store.ts';
import { folderOfTrunk, touchTrunk } from './trunks.ts';
import type { FeatureStore, FillOptions } from './types.ts';

const OPTION_NAMES = [
  ...['set', 'target', 'folder', 'trunk', 'views', 'contents', 'batchSize', 'memoryBytes', 'maxBadShare'],
  ...['onEstimate', 'onProgress', 'signal'],
];
const DEFAULT_MEMORY_BYTES = 2 ** 30;
const PROGRESS_INTERVAL_MS = 100;

/**
 * The frozen features of every image of a set, and of its augmented views: those that were computed before, by whatever
 * process, are read; the others are computed and kept. An image is known by its content and not by its name, so renamed
 * files cost nothing and a changed set costs what is new in it. Bad images are remembered too: a set that was seen before
 * is read and hashed, and none of it decoded.
 * @throws E_IMAGES_BAD past `maxBadShare`, or where no image is left; E_DISK_FULL before anything is computed where the
 *   disk has no room for it, and later where it fills up (what is done stays); E_CONFIG; E_SHAPE, E_NAN for what
 *   `extract` returned; E_PERMISSION, E_IO; whatever `extract`, `onEstimate` or `signal` throws
 * @example
 * const store = await openFeatures({ set, target, folder: defaultFeaturesFolder(), trunk });
 * const rows = new Uint16Array(2 * store.rowLength);
 * await store.gather(store.usable.subarray(0, 2), 0, rows); // bits of float16 [2, rowLength]
 */
export async function openFeatures(options: FillOptions): Promise<FeatureStore> {
  checkOptionNames('openFeatures', options, OPTION_NAMES);
  checkNumbers(options);
  const { set, target, folder, trunk, views, onProgress, signal } = options;
  const { maxBadShare = DEFAULT_MAX_BAD_SHARE, memoryBytes = DEFAULT_MEMORY_BYTES } = options;
  const { numImages } = set;
  const { rowLength } = trunk;
  const path = folderOfTrunk(folder, trunk);
  const tell = throttle(onProgress);

  const { hashes, unreadable } =
    options.contents ?? (await hashContents(set, (done) => tell('hash', done, numImages), signal));
  const keys = createRowKeys(trunk.key, target, views);
  const plan = planRows(set, hashes, keys, views);
  const known = await readShelf(path, rowLength);
  await touchTrunk(path);

  /** Why images are bad, by the slot that is theirs as they are: the same content is bad everywhere. */
  const badSlots = new Map<number, string>();
  for (let image = 0; image < numImages; image++) {
    const slot = plan.slotOf(image, 0);
    const found = slot < 0 ? undefined : known.get(plan.slots[slot].key);
    if (found !== undefined && 'reason' in found) badSlots.set(slot, found.reason);
  }
  const reasonFor = (image: number) => unreadable.get(image) ?? badSlots.get(plan.slotOf(image, 0));
  const listBad = (): BadImage[] =>
    Array.from({ length: numImages }, (_, image) => ({
      id: set.id(image),
      reason: reasonFor(image) ?? '',
    })).filter(({ reason }) => reason !== '');
  checkBadShare(set, listBad(), maxBadShare);

  // One array holds what is in memory.
  const numBytes = Math.min(memoryBytes, constants.MAX_LENGTH);
  const numInMemory = Math.min(plan.slots.length, Math.floor(numBytes / (2 * rowLength)));
  const memory = new Uint16Array(numInMemory * rowLength);
  const kept: RowTarget = { rowLength, numInMemory, memory, places: new Map() };
  const reader = createRowReader();
  try {
    const isGood = (slot: number) => reasonFor(plan.slots[slot].image) === undefined;
    const missing = (await loadRows(plan.slots, known, kept, reader, signal)).filter(isGood);
    const numNeeded = plan.slots.filter((_, slot) => isGood(slot)).length;
    if (missing.length === 0)
      options.onEstimate?.({ numRows: numNeeded, numCached: numNeeded, bytes: 0, secondsGuess: 0 });
    else {
      await fillMissing({
        ...{ options, plan, keys, hashes, missing, numNeeded, path, target: kept, reader },
        onBad: (image, reason) => badSlots.set(plan.slotOf(image, 0), reason),
        onDone: (done, total) => tell('features', done, total),
      });
    }
    const bad = listBad();
    checkBadShare(set, bad, maxBadShare);
    const isUsable = Uint8Array.from({ length: numImages }, (_, image) =>
      Number(reasonFor(image) === undefined),
    );
    const { places } = kept;
    if (places.size === 0) await reader.close();
    return createFeatureStore({
      ...{ rowLength, numImages, bad, isUsable, plan, memory, places, reader, folder: path },
    });
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function throttle(onProgress: ((event: ProgressEvent) => void) | undefined) {
  let lastTime = 0;
  return (stage: string, done: number, total: number) => {
    const now = performance.now();
    if (onProgress === undefined || (now - lastTime < PROGRESS_INTERVAL_MS && done < total)) return;
    lastTime = now;
    onProgress({ stage, done, total });
  };
}

function checkNumbers({ target, trunk, batchSize = 1, memoryBytes = 0, maxBadShare = 0 }: FillOptions): void {
  const { height, width, channels } = target;
  const { rowLength, concurrency = 1 } = trunk;
  const areCounts = [height, width, rowLength, concurrency, batchSize].every(
    (n) => Number.isInteger(n) && n >= 1,
  );
  const areShares = memoryBytes >= 0 && maxBadShare >= 0 && maxBadShare <= 1;
  if (areCounts && areShares && (channels === 1 || channels === 3)) return;
  throw new SamesameError('E_CONFIG', {
    what: 'openFeatures was given options out of range',
    expected:
      'height, width, rowLength, concurrency and batchSize whole numbers from 1, channels 1 or 3, memoryBytes from 0, maxBadShare from 0 to 1',
    received: JSON.stringify({
      height,
      width,
      channels,
      rowLength,
      concurrency,
      batchSize,
      memoryBytes,
      maxBadShare,
    }),
  });
}
