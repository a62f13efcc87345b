import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { writeFolderAtomic } from '../../base/files.ts';
import type { BadImage } from '../../data/types.ts';
import type { AnsweredQuery } from './search-images.ts';

/**
 * Copies the images that were found into a folder, named so that they stand in order: `01 0.1234 cat.jpg`; with more than
 * one query each into a folder of its own, `1 query.jpg/`. The folder is made whole or not at all.
 * @returns images that could not be copied: gone since they were indexed, or inside an archive
 * @throws E_CONFIG where the folder is there and not empty; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function copyFound(
  folder: string,
  queries: readonly AnsweredQuery[],
): Promise<readonly BadImage[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw errorFromSystem(error, `reading ${folder}`);
  });
  if (names.length > 0) {
    throw new SamesameError('E_CONFIG', {
      what: `${folder} is not empty`,
      expected: 'a folder that is not there yet, or an empty one',
      help: 'choose another name for --copy-to',
      details: { option: 'copyTo' },
    });
  }
  const missing: BadImage[] = [];
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [i, { name, found }] of queries.entries()) {
      const into =
        queries.length === 1 ? temporary : join(temporary, `${i + 1} ${basename(name)}`.slice(0, 200));
      await mkdir(into, { recursive: true });
      const width = String(found.length).length;
      for (const [place, { record, distance }] of found.entries()) {
        const rank = String(place + 1).padStart(width, '0');
        const target = join(into, `${rank} ${distance.toFixed(4)} ${shortName(record.path)}`);
        await copyFile(record.path, target).catch((error: NodeJS.ErrnoException) => {
          if (!/^(ENOENT|ENOTDIR|EACCES|EISDIR)$/.test(error.code ?? '')) throw error;
          missing.push({
            id: record.path,
            reason: error.code === 'EACCES' ? 'it may not be read' : 'there is no such file now',
          });
        });
      }
    }
  });
  return missing;
}

/** The end of a long name, with its ending. */
function shortName(path: string): string {
  return [...basename(path)].slice(-40).join('');
}
