import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { sizeOf } from './cache.ts';
import type { CatalogEntry, CatalogFile } from './types.ts';

/** Another home of the same files, by the same names. */
export type Mirror =
  /** Ends in a slash. */
  { readonly kind: 'address'; readonly base: string } | { readonly kind: 'folder'; readonly path: string };

/**
 * A base address (`https://…`), or a folder.
 * @throws E_CONFIG for an address that is neither http nor https; E_NOT_FOUND, E_DATA for a folder that is none
 */
export async function readMirror(text: string): Promise<Mirror> {
  if (/^https?:\/\//i.test(text)) return { kind: 'address', base: text.endsWith('/') ? text : `${text}/` };
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(text) && !text.startsWith('file://')) {
    throw new SamesameError('E_CONFIG', {
      what: 'a mirror at such an address cannot be asked',
      expected: 'a base address with http:// or https://, or a folder',
      received: text,
      help: 'fetch the files with a program that speaks it, and name their folder',
    });
  }
  const path = text.startsWith('file://') ? fileURLToPath(text) : text;
  const found = await stat(path).catch((error) => {
    throw errorFromSystem(error, `reading the mirror ${path}`);
  });
  if (found.isDirectory()) return { kind: 'folder', path };
  throw new SamesameError('E_DATA', { what: `the mirror ${path} is not a folder`, details: { path } });
}

/** A file in a mirror folder: in a sub-folder named for the data set, in the folder itself, or where it is at its home. */
export async function findInFolder(
  folder: string,
  entry: Pick<CatalogEntry, 'name'>,
  { name, homePath }: Pick<CatalogFile, 'name' | 'homePath'>,
): Promise<string | undefined> {
  const paths = [join(folder, entry.name, name), join(folder, name)];
  if (homePath !== undefined) paths.push(join(folder, homePath));
  for (const path of paths) if ((await sizeOf(path)) !== undefined) return path;
  return undefined;
}
