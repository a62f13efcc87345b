import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../../base/errors.ts';
import { writeFileAtomic } from '../../../base/files.ts';
import type { IndexState } from '../engine.ts';
import { parseIdentity } from '../identity.ts';
import type { StoreIdentity, StoreNotes } from '../types.ts';

const MANIFEST = 'store.json';
const FORMAT = 'samesame-store';
const VERSION = 1;

/** What `store.json` says of a store in a folder. */
export interface Manifest {
  readonly identity: StoreIdentity;
  readonly index?: IndexState;
  readonly notes?: StoreNotes;
}

/** Writes `store.json`, whole or not at all. @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function writeManifest(folder: string, manifest: Manifest): Promise<Manifest> {
  const text = JSON.stringify({ format: FORMAT, version: VERSION, ...manifest }, null, 2);
  await writeFileAtomic(join(folder, MANIFEST), `${text}\n`);
  return manifest;
}

/** Undefined where there is none. @throws E_STORE where it is none, or one of another version; E_PERMISSION, E_IO */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw errorFromSystem(error, `reading the store ${folder}`);
  });
  if (text === undefined) return undefined;
  let manifest: Manifest & { readonly format?: string; readonly version?: number };
  try {
    manifest = JSON.parse(text) as typeof manifest;
    if (manifest.format !== FORMAT) throw new Error('another format');
  } catch (cause) {
    throw new SamesameError('E_STORE', {
      what: `${path} is not the description of a store`,
      expected: 'store.json as samesame index writes it',
      help: 'choose another folder, or index the images again into a new one',
      cause,
    });
  }
  if (manifest.version !== VERSION) {
    throw new SamesameError('E_STORE', {
      what: `${folder} was written for another version of the store format`,
      expected: `version ${VERSION}`,
      received: `version ${String(manifest.version)}`,
      help: 'update samesame, or index the images again into a new folder',
    });
  }
  const { index, notes } = manifest;
  return { identity: parseIdentity(folder, manifest.identity), index, notes };
}
