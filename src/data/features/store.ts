import { SamesameError } from '../../base/errors.ts';
import type { BadImage } from '../types.ts';
import type { RowPlan } from './plan.ts';
import type { RowReader } from './reader.ts';
import type { RowPlace } from './shelf.ts';
import type { FeatureStore } from './types.ts';

/** What `createFeatureStore` serves: the first rows of a plan from memory, those behind them from segments. */
export interface KeptRows {
  readonly rowLength: number;
  readonly numImages: number;
  readonly bad: readonly BadImage[];
  /** uint8 `[numImages]`: 1 where the image has its rows. */
  readonly isUsable: Uint8Array;
  readonly plan: RowPlan;
  /** uint16 `[numInMemory, rowLength]`: slots 0 … numInMemory − 1. */
  readonly memory: Uint16Array;
  /** Of the slots behind them, by slot. */
  readonly places: ReadonlyMap<number, RowPlace>;
  readonly reader: RowReader;
  /** What to remove where a row is damaged, for the message. */
  readonly folder: string;
}

export function createFeatureStore(rows: KeptRows): FeatureStore {
  const { rowLength, numImages, bad, isUsable, plan, places, reader, folder } = rows;
  const numInMemory = rows.memory.length / rowLength;
  const usable = Int32Array.from({ length: numImages }, (_, i) => i).filter((i) => isUsable[i] === 1);
  // A row is held against its checksum the first time that it is read.
  const isChecked = new Uint8Array(plan.slots.length);
  let memory: Uint16Array | undefined = rows.memory;

  async function readInto(slot: number, out: Uint16Array): Promise<void> {
    const place = places.get(slot)!;
    if (!(await reader.read(place, out, isChecked[slot] === 0))) throw damaged(place, folder);
    isChecked[slot] = 1;
  }

  return {
    rowLength,
    numImages,
    numViews: plan.numViews,
    bad,
    usable,
    async gather(indices, views, out) {
      if (memory === undefined) throw new SamesameError('E_DATA', { what: 'the feature store is closed' });
      checkLengths(indices.length, rowLength, views, out);
      const reads: Promise<void>[] = [];
      for (let i = 0; i < indices.length; i++) {
        const view = views === 0 ? 0 : views[i];
        const slot = isUsable[indices[i]] === 1 ? plan.slotOf(indices[i], view) : -1;
        if (slot < 0) {
          await Promise.allSettled(reads);
          throw notThere(indices[i], view, isUsable);
        }
        const at = i * rowLength;
        if (slot < numInMemory) out.set(memory.subarray(slot * rowLength, (slot + 1) * rowLength), at);
        else reads.push(readInto(slot, out.subarray(at, at + rowLength)));
      }
      if (reads.length === 0) return;
      const ended = await Promise.allSettled(reads);
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
    },
    async close() {
      if (memory === undefined) return;
      memory = undefined;
      await reader.close();
    },
  };
}

function checkLengths(numRows: number, rowLength: number, views: Int32Array | 0, out: Uint16Array): void {
  if (out.length >= numRows * rowLength && (views === 0 || views.length >= numRows)) return;
  throw new SamesameError('E_SHAPE', {
    what: 'gathering features failed',
    expected: `room for ${numRows} × ${rowLength} numbers, and a view for each image`,
    received: `room for ${out.length} numbers${views === 0 ? '' : `, ${views.length} views`}`,
  });
}

function notThere(image: number, view: number, isUsable: Uint8Array): SamesameError {
  if (isUsable[image] === 1) {
    return new SamesameError('E_DATA', {
      what: `image ${image} has no view ${view}`,
      expected: 'a view that was asked for when the features were opened',
      help: 'draw views of images that the store was given as having them',
      details: { index: image, view },
    });
  }
  return new SamesameError('E_DATA', {
    what: `the features of image ${image} cannot be gathered`,
    expected: `an index among the store's "usable" ones, of ${isUsable.length} images`,
    help: 'draw batches from images that are both in the split and usable',
    details: { index: image },
  });
}

function damaged({ path, row }: RowPlace, folder: string): SamesameError {
  return new SamesameError('E_DATA', {
    what: `row ${row} of ${path} is damaged`,
    help: `remove ${folder}; its features are then computed anew`,
    details: { path, row },
  });
}
