import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem } from '../../base/errors.ts';
import { sizeOf } from '../catalog/cache.ts';
import { parseIndex } from './entries.ts';

/** Where a row lies. */
export interface RowPlace {
  /** Path of the segment's rows. */
  readonly path: string;
  readonly row: number;
  readonly sum: string;
  /** Another copy: two processes may have added the same row. */
  readonly other?: RowPlace;
}

/** What is known of a key: where its row is, or why its image is bad. */
export type Known = RowPlace | { readonly reason: string };

/**
 * Everything that the segments in a folder hold, by key. An entry counts only where its row is there in full.
 * @throws E_PERMISSION, E_IO
 */
export async function readShelf(folder: string, rowLength: number): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const name of await namesIn(folder)) {
    if (!name.endsWith('.index')) continue;
    const path = join(folder, name.replace(/index$/, 'rows'));
    // In this order: rows are written before their entries, so an entry that is read now has its row.
    const text = await absentIsEmpty(readFile(join(folder, name), 'utf8'), '', name);
    const numRows = Math.floor((await sizeOfFile(path)) / (2 * rowLength));
    for (const entry of parseIndex(text, rowLength)) {
      const former = known.get(entry.key);
      if ('reason' in entry) known.set(entry.key, former ?? { reason: entry.reason });
      else if (entry.row < numRows) {
        const other = former !== undefined && 'path' in former ? former : undefined;
        known.set(entry.key, { path, row: entry.row, sum: entry.sum, other });
      }
    }
  }
  return known;
}

/** Names in a folder, sorted; none where it is missing. @throws E_PERMISSION, E_IO */
export async function namesIn(folder: string): Promise<string[]> {
  return (await absentIsEmpty(readdir(folder), [], folder)).sort();
}

/** 0 where there is none. @throws E_PERMISSION, E_IO */
export async function sizeOfFile(path: string): Promise<number> {
  return (await sizeOf(path)) ?? 0;
}

async function absentIsEmpty<T>(reading: Promise<T>, empty: T, path: string): Promise<T> {
  return reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return empty;
    throw errorFromSystem(error, `looking into ${path}`);
  });
}
