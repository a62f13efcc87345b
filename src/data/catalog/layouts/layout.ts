import { constants, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../../base/errors.ts';
import { writeFileAtomic } from '../../../base/files.ts';
import { quoteCell } from '../../csv.ts';
import type { SplitName } from '../../types.ts';
import type { CatalogEntry, CatalogEvent } from '../types.ts';

/** What a layout has to work with. */
export interface LayoutJob {
  readonly entry: CatalogEntry;
  /** Path of a fetched file by its name. */
  file(name: string): string;
  /** An empty folder to fill. */
  readonly folder: string;
  /** Controls what is drawn, where a split is. */
  readonly seed: string | number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: CatalogEvent) => void;
}

/** What a layout made. */
export interface LaidOut {
  /** What `openDataset` reads, below the folder; `.` is the folder itself. The first is what the folder stands for. */
  readonly data: readonly string[];
  /** The seed, where something was drawn. */
  readonly seed?: string | number;
}

/** A row of a manifest. */
export interface ManifestRow {
  readonly path: string;
  readonly label: string;
  readonly split: SplitName;
}

/** Writes a manifest that `readManifest` reads. */
export async function writeManifest(path: string, rows: readonly ManifestRow[]): Promise<void> {
  const lines = rows.map(({ path, label, split }) => `${quoteCell(path)},${quoteCell(label)},${split}`);
  await writeFileAtomic(path, `path,label,split\n${lines.join('\n')}\n`);
}

/** Copies a fetched file as it is. */
export async function copyInto({ file, folder }: LayoutJob, name: string): Promise<void> {
  await copyFile(file(name), join(folder, name), constants.COPYFILE_FICLONE).catch((error) => {
    throw errorFromSystem(error, `copying ${name} to ${folder}`);
  });
}

/** For files that are whole but hold something else than they did when this was written. */
export function unexpectedContent(what: string, expected: string, received: string): SamesameError {
  return new SamesameError('E_DATA', {
    what,
    expected,
    received,
    help: 'its makers may have published a new version; or the file in the cache or mirror is another one',
  });
}
