import { mkdir, statfs } from 'node:fs/promises';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import { createAugmenter } from '../augment/augmenter.ts';
import type { PixelShape } from '../types.ts';
import { sumOfRow } from './entries.ts';
import { createFillClock } from './fill-clock.ts';
import type { RowKeys } from './keys.ts';
import { type RowTarget, rowInMemory } from './load.ts';
import { extractAll, type ImageTask } from './pipeline.ts';
import type { RowPlan } from './plan.ts';
import type { RowReader } from './reader.ts';
import { createSegment } from './segment.ts';
import { labelTrunk } from './trunks.ts';
import type { FillOptions } from './types.ts';

/** Bytes of an entry of the index, the longest row number included. */
const ENTRY_BYTES = 110;
/** What a default batch holds, and the most images: two of 224×224. */
const BATCH_PIXELS = 2 ** 17;
const MAX_DEFAULT_BATCH = 16;
/** Batches that every place in the trunk takes while time is measured: more than lie decoded when it begins. */
const MEASURED_ROUNDS = 4;

export interface FillJob {
  readonly options: FillOptions;
  readonly plan: RowPlan;
  readonly keys: RowKeys;
  /** By image. */
  readonly hashes: readonly (string | undefined)[];
  /** Slots to compute, at least one. */
  readonly missing: readonly number[];
  /** Rows that are needed in all, those of bad images not counted. */
  readonly numNeeded: number;
  /** Folder of the trunk. */
  readonly path: string;
  readonly target: RowTarget;
  readonly reader: RowReader;
  /** Takes an image that turns out bad. */
  readonly onBad: (image: number, reason: string) => void;
  readonly onDone: (numRows: number, total: number) => void;
}

/**
 * Computes missing rows and keeps them on disk as they come, so that whatever ends it loses at most what is in flight.
 * @throws E_DISK_FULL before anything is computed, where the disk has no room for all; what `extractAll` throws
 */
export async function fillMissing(job: FillJob): Promise<void> {
  const { options, plan, keys, hashes, missing, numNeeded, path, target, reader, onBad, onDone } = job;
  const { trunk, views, onEstimate, batchSize = batchSizeFor(options.target) } = options;
  const bytes = missing.length * (2 * trunk.rowLength + ENTRY_BYTES);
  await checkRoom(path, bytes);
  await labelTrunk(path, trunk);
  const segment = await createSegment(path, trunk.rowLength);
  const augment = views && createAugmenter(views.augment, options.target);
  const numAtOnce = batchSize * (trunk.concurrency ?? 1);
  const clock = createFillClock({ numWarmUp: numAtOnce, numMeasured: MEASURED_ROUNDS * numAtOnce });
  let numDone = 0;
  let isEstimated = false;

  function advance(numRows: number): void {
    numDone += numRows;
    const numLeft = missing.length - numDone;
    const secondsGuess = numLeft === 0 ? 0 : clock.secondsFor(numLeft);
    if (!isEstimated && secondsGuess !== undefined) {
      isEstimated = true;
      onEstimate?.({ numRows: numNeeded, numCached: numNeeded - missing.length, bytes, secondsGuess });
    }
    onDone(numDone, missing.length);
  }

  try {
    await reader.open(segment.path);
    await extractAll(tasksOf(missing, plan, hashes), {
      ...options,
      batchSize,
      vary(image, slot) {
        const { image: index, view } = plan.slots[slot];
        if (view > 0) augment?.(image, createRandom(keys.viewSeed(hashes[index]!, view)));
      },
      keep(slots, rows) {
        const rowOf = (i: number) => rows.subarray(i * trunk.rowLength, (i + 1) * trunk.rowLength);
        const first = segment.append(
          slots.map((slot, i) => ({ key: plan.slots[slot].key, values: rowOf(i) })),
        );
        for (const [i, slot] of slots.entries()) {
          if (slot < target.numInMemory) rowInMemory(target, slot).set(rowOf(i));
          else target.places.set(slot, { path: segment.path, row: first + i, sum: sumOfRow(rowOf(i)) });
        }
        clock.add(slots.length);
        advance(slots.length);
      },
      refuse({ image, hash, slots }, reason, isLasting) {
        onBad(image, reason);
        if (isLasting) segment.appendBad(keys.row(hash, 0), reason);
        advance(slots.length);
      },
    });
  } finally {
    await segment.close();
  }
}

function batchSizeFor({ height, width }: PixelShape): number {
  return Math.min(Math.max(Math.floor(BATCH_PIXELS / (height * width)), 1), MAX_DEFAULT_BATCH);
}

/** Missing rows by the image that they are computed from, in order of image. */
function tasksOf(
  missing: readonly number[],
  plan: RowPlan,
  hashes: readonly (string | undefined)[],
): ImageTask[] {
  const slotsOf = new Map<number, number[]>();
  for (const slot of missing) {
    const { image } = plan.slots[slot];
    const slots = slotsOf.get(image);
    if (slots === undefined) slotsOf.set(image, [slot]);
    else slots.push(slot);
  }
  return [...slotsOf]
    .sort(([a], [b]) => a - b)
    .map(([image, slots]) => ({ image, hash: hashes[image]!, slots }));
}

async function checkRoom(path: string, bytes: number): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error) => {
    throw errorFromSystem(error, `making ${path}`);
  });
  const disk = await statfs(path).catch(() => undefined);
  if (disk === undefined || disk.blocks === 0) return; // Not every file system tells.
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes >= bytes) return;
  throw new SamesameError('E_DISK_FULL', {
    what: `the disk has no room for the features to be kept in ${path}`,
    expected: `${megabytes(bytes)} MB`,
    received: `${megabytes(freeBytes)} MB free`,
    help: 'free some space ("samesame cache clear" removes kept features), keep them elsewhere, or ask for fewer views',
    details: { path, neededBytes: bytes, freeBytes },
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
