import { SamesameError } from '../../base/errors.ts';
import { forEachInParallel } from '../parallel.ts';
import type { Slot } from './plan.ts';
import type { RowReader } from './reader.ts';
import type { Known, RowPlace } from './shelf.ts';

const NUM_READS = 8;

/** Where rows go: the first into memory, of the others their place is noted. */
export interface RowTarget {
  readonly rowLength: number;
  readonly numInMemory: number;
  /** uint16 `[numInMemory, rowLength]`. */
  readonly memory: Uint16Array;
  readonly places: Map<number, RowPlace>;
}

/** The part of `memory` that is a slot's. */
export function rowInMemory({ memory, rowLength }: RowTarget, slot: number): Uint16Array {
  return memory.subarray(slot * rowLength, (slot + 1) * rowLength);
}

/**
 * Fetches the rows that are known already.
 * @returns the slots that are missing, ascending; a row that is damaged, or was removed meanwhile, is missing
 */
export async function loadRows(
  slots: readonly Slot[],
  known: ReadonlyMap<string, Known>,
  target: RowTarget,
  reader: RowReader,
  signal?: AbortSignal,
): Promise<number[]> {
  const isMissing = new Uint8Array(slots.length);
  const work = async (slot: number) => {
    const place = known.get(slots[slot].key);
    const isThere = place !== undefined && 'path' in place && (await loadRow(slot, place, target, reader));
    if (!isThere) isMissing[slot] = 1;
  };
  await forEachInParallel(slots.length, NUM_READS, work, signal);
  return slots.map((_, slot) => slot).filter((slot) => isMissing[slot] === 1);
}

async function loadRow(
  slot: number,
  place: RowPlace,
  target: RowTarget,
  reader: RowReader,
): Promise<boolean> {
  try {
    if (slot < target.numInMemory) return await reader.read(place, rowInMemory(target, slot), true);
    for (let copy: RowPlace | undefined = place; copy !== undefined; copy = copy.other)
      await reader.open(copy.path);
    target.places.set(slot, place);
    return true;
  } catch (error) {
    if (error instanceof SamesameError && error.code === 'E_NOT_FOUND') return false;
    throw error;
  }
}
