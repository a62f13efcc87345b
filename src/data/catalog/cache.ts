import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import type { CatalogEntry } from './types.ts';

/**
 * Where downloads are kept: `SAMESAME_CACHE`, else `samesame/datasets` in `XDG_CACHE_HOME`, else in `~/.cache`.
 * @param environment Default: that of the process.
 */
export function defaultCacheFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return environment.SAMESAME_CACHE || join(userCacheFolder(environment), 'datasets');
}

/** Where samesame keeps what can be fetched again: `samesame` in `XDG_CACHE_HOME`, else in `~/.cache`. */
function userCacheFolder({ XDG_CACHE_HOME }: Readonly<Record<string, string | undefined>>): string {
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'samesame');
}

/** A folder of that name for what can be fetched or made again: in `SAMESAME_CACHE`, else in samesame's own. */
export function cacheFolderOf(
  name: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return join(environment.SAMESAME_CACHE || userCacheFolder(environment), name);
}

/** Where a file of a data set is kept, and where a person without a network puts it. */
export function cachedPath(cache: string, entry: Pick<CatalogEntry, 'name'>, file: string): string {
  return join(cache, entry.name, file);
}

/** Bytes of a file; undefined where there is none. @throws E_PERMISSION, E_IO */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw errorFromSystem(error, `looking for ${path}`);
  }
}

/**
 * The SHA-256 that a file without a published one had when it was first fetched.
 * @throws E_DATA for a `checksums.json` that is not what samesame writes
 */
export async function recordedSha256(cache: string, key: string): Promise<string | undefined> {
  return (await readLedger(cache))[key];
}

/** Keeps it for the next time. */
export async function recordSha256(cache: string, key: string, sha256: string): Promise<void> {
  const ledger = { ...(await readLedger(cache)), [key]: sha256 };
  const sorted = Object.fromEntries(Object.entries(ledger).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFileAtomic(ledgerPath(cache), `${JSON.stringify(sorted, null, 2)}\n`);
}

function ledgerPath(cache: string): string {
  return join(cache, 'checksums.json');
}

async function readLedger(cache: string): Promise<Record<string, string>> {
  const path = ledgerPath(cache);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw errorFromSystem(error, `reading ${path}`);
  });
  try {
    const ledger: unknown = JSON.parse(text);
    if (isLedger(ledger)) return ledger;
  } catch {
    // Told below.
  }
  throw new SamesameError('E_DATA', {
    what: `${path} is damaged`,
    expected: 'an object of file names and their SHA-256',
    help: 'remove it; checksums are then recorded anew',
    details: { path },
  });
}

function isLedger(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item === 'string');
}
