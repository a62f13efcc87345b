import { readFile, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { suggest } from '../../base/suggest.ts';
import { cacheFolderOf } from '../catalog/cache.ts';
import { folderNameOf } from './keys.ts';
import { namesIn, readShelf, sizeOfFile } from './shelf.ts';
import type { Trunk } from './types.ts';

const LABEL = 'trunk.json';
const FOLDER_NAME = /^[0-9a-f]{32}$/;

/**
 * Where features are kept: `features` in `SAMESAME_CACHE`, else in `samesame` in `XDG_CACHE_HOME`, else in `~/.cache`.
 * @param environment Default: that of the process.
 */
export function defaultFeaturesFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return cacheFolderOf('features', environment);
}

/** The kept features of one trunk. */
export interface KeptTrunk {
  /** By which `clearFeatures` knows it: the name of its folder. */
  readonly name: string;
  /** What it is, where whoever filled it said so. */
  readonly about: string | undefined;
  /** Numbers a row; undefined where its label is lost, and with it the rows. */
  readonly rowLength: number | undefined;
  /** Different rows, those of views included. */
  readonly numRows: number;
  /** Images that cannot be decoded. */
  readonly numBad: number;
  readonly sizeBytes: number;
  /** When it was used last. */
  readonly lastUsed: Date;
}

interface Label {
  readonly about?: string;
  readonly rowLength?: number;
}

/** The folder of a trunk's segments. */
export function folderOfTrunk(folder: string, { key, rowLength }: Trunk): string {
  return join(folder, folderNameOf(key, rowLength));
}

/** Says in the folder of a trunk what it is. @throws E_DISK_FULL, E_PERMISSION, E_IO */
export async function labelTrunk(folder: string, { key, about, rowLength }: Trunk): Promise<void> {
  const label = { about, key, rowLength };
  await writeFileAtomic(join(folder, LABEL), `${JSON.stringify(label, null, 2)}\n`);
}

/** Notes that a trunk is in use now. A cache that may only be read is none the worse. */
export async function touchTrunk(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, LABEL), now, now).catch(() => {});
}

/**
 * What is kept, the largest first.
 * @param folder Default: as `defaultFeaturesFolder` says.
 * @throws E_PERMISSION, E_IO
 */
export async function listFeatures(folder: string = defaultFeaturesFolder()): Promise<KeptTrunk[]> {
  const kept: KeptTrunk[] = [];
  for (const name of await namesIn(folder))
    if (FOLDER_NAME.test(name)) kept.push(await describe(folder, name));
  return kept.sort((a, b) => b.sizeBytes - a.sizeBytes);
}

export interface ClearOptions {
  /** Default: as `defaultFeaturesFolder` says. */
  readonly folder?: string;
  /** Only what was not used for so many days. */
  readonly olderThanDays?: number;
  /** Only this one: its name, or the beginning of it that no other has. */
  readonly trunk?: string;
}

/**
 * Removes kept features. Whoever reads them at that moment goes on reading, where the system lets open files be removed.
 * @returns what was removed
 * @throws E_CONFIG for a name that none or several have; E_PERMISSION, E_IO
 */
export async function clearFeatures(options: ClearOptions = {}): Promise<KeptTrunk[]> {
  const { folder = defaultFeaturesFolder(), olderThanDays, trunk } = options;
  const all = await listFeatures(folder);
  const named = trunk === undefined ? all : [findTrunk(all, trunk)];
  const latest = olderThanDays === undefined ? Infinity : Date.now() - olderThanDays * 86_400_000;
  const chosen = named.filter(({ lastUsed }) => lastUsed.getTime() <= latest);
  for (const { name } of chosen) await removeTrunk(join(folder, name));
  return chosen;
}

function findTrunk(all: readonly KeptTrunk[], wanted: string): KeptTrunk {
  const found = all.filter(({ name }) => wanted !== '' && name.startsWith(wanted));
  if (found.length === 1) return found[0];
  const names = all.map(({ name }) => name);
  const near = suggest(wanted, names);
  throw new SamesameError('E_CONFIG', {
    what:
      found.length === 0 ? `no features of a trunk "${wanted}" are kept` : `"${wanted}" begins several names`,
    expected: names.length === 0 ? 'none: the cache is empty' : names.join(', '),
    received: wanted,
    help: near === undefined ? 'samesame cache lists them' : `did you mean ${near}?`,
    details: { trunk: wanted, suggestion: near },
  });
}

async function describe(folder: string, name: string): Promise<KeptTrunk> {
  const path = join(folder, name);
  const { about, rowLength } = await readLabel(path);
  const known = rowLength === undefined ? [] : [...(await readShelf(path, rowLength)).values()];
  const numBad = known.filter((item) => 'reason' in item).length;
  let sizeBytes = 0;
  for (const file of await namesIn(path)) sizeBytes += await sizeOfFile(join(path, file));
  return {
    name,
    about,
    rowLength,
    numRows: known.length - numBad,
    numBad,
    sizeBytes,
    lastUsed: await usedAt(path),
  };
}

async function readLabel(path: string): Promise<Label> {
  try {
    const { about, rowLength } = JSON.parse(await readFile(join(path, LABEL), 'utf8')) as Record<
      string,
      unknown
    >;
    return {
      about: typeof about === 'string' ? about : undefined,
      rowLength: Number.isInteger(rowLength) ? (rowLength as number) : undefined,
    };
  } catch {
    return {}; // Lost: it can still be removed.
  }
}

async function usedAt(path: string): Promise<Date> {
  const found = await stat(join(path, LABEL)).catch(() => stat(path).catch(() => undefined));
  return found?.mtime ?? new Date(0);
}

/** Only what the cache itself writes; a folder that holds anything else stays, with that. */
async function removeTrunk(path: string): Promise<void> {
  try {
    for (const name of await namesIn(path))
      if (name === LABEL || /^\d+-[0-9a-f]{12}\.(rows|index)$/.test(name) || name.endsWith('.tmp'))
        await rm(join(path, name), { force: true });
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error;
    });
  } catch (error) {
    throw errorFromSystem(error, `removing features in ${path}`);
  }
}
