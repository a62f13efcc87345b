import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';

/** Lies in a folder that samesame fetched and unpacked. */
export const FETCHED_FILE = 'samesame-dataset.json';

/** What such a folder is. */
export interface FetchedFolder {
  /** Of the catalogue. */
  readonly name: string;
  readonly title: string;
  readonly homepage: string;
  readonly licence: { readonly text: string; readonly url: string };
  /** What can be trained on, below the folder: manifests, or `.` for the folder itself. The first is the folder's own. */
  readonly data: readonly string[];
  readonly numImages: number;
  readonly numClasses: number;
  /** SHA-256 of the files that it was unpacked from. */
  readonly files: Readonly<Record<string, string>>;
  /** What its split was drawn by, where one was drawn. */
  readonly seed?: string | number;
}

/** What a folder was fetched as; undefined where it was not, or not by this version. */
export async function readFetched(folder: string): Promise<FetchedFolder | undefined> {
  try {
    const value = JSON.parse(await readFile(join(folder, FETCHED_FILE), 'utf8'));
    return typeof value?.name === 'string' && Array.isArray(value.data) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Says what a folder is. */
export async function writeFetched(folder: string, fetched: FetchedFolder): Promise<void> {
  await writeFileAtomic(join(folder, FETCHED_FILE), `${JSON.stringify(fetched, null, 2)}\n`);
}
