import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { checkWritable, writeFolderAtomic } from '../base/files.ts';
import { checkOptionNames } from '../base/suggest.ts';
import { cachedPath, defaultCacheFolder, sizeOf } from '../data/catalog/cache.ts';
import type { Patience } from '../data/catalog/download.ts';
import { CATALOG } from '../data/catalog/entries.ts';
import { findCatalogEntry } from '../data/catalog/find.ts';
import { unexpectedContent } from '../data/catalog/layouts/layout.ts';
import { readMirror } from '../data/catalog/mirror.ts';
import { type ObtainedFile, obtainFiles } from '../data/catalog/obtain.ts';
import type { CatalogEntry, CatalogEvent } from '../data/catalog/types.ts';
import { layOut } from '../data/catalog/unpack.ts';
import { type FetchedFolder, readFetched, writeFetched } from '../data/sources/fetched.ts';
import { openDataset } from '../data/sources/open.ts';

/** A data set of the catalogue, and which of its files are on this machine. */
export interface ListedDataset {
  readonly entry: CatalogEntry;
  /** In the cache. Not checked: that is done when they are used. */
  readonly cached: readonly string[];
}

/**
 * The public data sets that `getDataset` fetches.
 * @param cache Default: as `defaultCacheFolder` says.
 */
export async function listDatasets(cache: string = defaultCacheFolder()): Promise<ListedDataset[]> {
  const listed: ListedDataset[] = [];
  for (const entry of CATALOG) {
    const cached: string[] = [];
    for (const { name } of entry.files)
      if ((await sizeOf(cachedPath(cache, entry, name))) !== undefined) cached.push(name);
    listed.push({ entry, cached });
  }
  return listed;
}

export interface GetDatasetJob extends Patience {
  /** A name of the catalogue, or an entry of your own. */
  readonly dataset: string | CatalogEntry;
  /** Folder to unpack into. Default `data/NAME`. */
  readonly out?: string;
  /** Folder for downloads and recorded checksums. Default: as `defaultCacheFolder` says. */
  readonly cache?: string;
  /** Where the same files lie, in place of their public homes: a base address, or a folder. */
  readonly mirror?: string;
  /** Controls the split of flowers-102, the only one that is drawn. Default 1. */
  readonly seed?: string | number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: CatalogEvent) => void;
}

/** A public data set on this machine. */
export interface GottenDataset {
  readonly entry: CatalogEntry;
  /** The folder; `openDataset` and `samesame train` read it. */
  readonly out: string;
  /** What can be trained on: `data/products-10k/train-50.csv`, …. The first is what `out` stands for. */
  readonly data: readonly string[];
  /** Of the first of `data`. */
  readonly numImages: number;
  readonly numClasses: number;
  /** Whether it was unpacked now; false where it had been before. */
  readonly isNew: boolean;
  /** What it was unpacked from; empty where it had been before. */
  readonly files: readonly ObtainedFile[];
}

/**
 * Fetches a public data set and unpacks it into a folder that `openDataset` reads: whole or not at all. Downloads are
 * kept in the cache, so unpacking again needs no network; a folder that holds the data set already is left as it is.
 * @throws E_CONFIG for an unknown name (naming the nearest) or a folder that holds something else; E_DOWNLOAD,
 *   E_NOT_FOUND telling which file to put where; E_DATA for a wrong checksum, or an archive that holds something else or
 *   points outside of it; E_DATA_TRUNCATED, E_DISK_FULL, E_PERMISSION, E_IO; the reason of `signal`
 * @example
 * const { out } = await getDataset({ dataset: 'omniglot' });
 * await openDataset(out); // 32,460 images of 1,623 characters, with their split
 */
export async function getDataset(job: GetDatasetJob): Promise<GottenDataset> {
  checkOptionNames('getDataset', job, OPTION_NAMES);
  const { seed = 1, cache = defaultCacheFolder(), signal, onProgress } = job;
  const entry = typeof job.dataset === 'string' ? findCatalogEntry(job.dataset) : job.dataset;
  const out = job.out ?? join('data', entry.name);
  const former = await formerFolder(out, entry);
  if (former !== undefined && (former.seed === undefined || former.seed === seed))
    return gotten(entry, out, former, []);
  await checkWritable(out);
  const mirror = job.mirror === undefined ? undefined : await readMirror(job.mirror);
  const files = await obtainFiles(entry, { ...job, cache, mirror });
  const pathOf = new Map(files.map(({ name, path }) => [name, path]));
  let fetched: FetchedFolder | undefined;
  await writeFolderAtomic(out, async (folder) => {
    const made = await layOut({
      entry,
      folder,
      seed,
      signal,
      onProgress,
      file: (name) => pathOf.get(name)!,
    });
    const { numImages, numClasses } = await count(join(folder, made.data[0]), entry);
    const { name, title, homepage, licence } = entry;
    const sums = Object.fromEntries(files.map((file) => [file.name, file.sha256]));
    fetched = { name, title, homepage, licence, ...made, numImages, numClasses, files: sums };
    await writeFetched(folder, fetched);
    signal?.throwIfAborted();
  }).catch((error) => {
    throw signal?.aborted ? signal.reason : error;
  });
  return gotten(entry, out, fetched!, files);
}

const OPTION_NAMES = [
  'dataset',
  'out',
  'cache',
  'mirror',
  'seed',
  'signal',
  'onProgress',
  'tries',
  'waitMs',
  'stallMs',
];

function gotten(
  entry: CatalogEntry,
  out: string,
  { data, numImages, numClasses }: FetchedFolder,
  files: readonly ObtainedFile[],
): GottenDataset {
  const paths = data.map((below) => join(out, below));
  return { entry, out, data: paths, numImages, numClasses, isNew: files.length > 0, files };
}

/**
 * What the folder was fetched as, where it is this data set; undefined where there is nothing yet.
 * @throws E_CONFIG where it holds something else, which must not be replaced
 */
async function formerFolder(out: string, entry: CatalogEntry): Promise<FetchedFolder | undefined> {
  const names = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw errorFromSystem(error, `looking into ${out}`);
  });
  if (names.length === 0) return undefined;
  const former = await readFetched(out);
  if (former?.name === entry.name) return former;
  throw new SamesameError('E_CONFIG', {
    what: `${out} holds something else`,
    expected: `no such folder yet, an empty one, or ${entry.name} as it was unpacked before`,
    received: former === undefined ? `a folder with ${names.slice(0, 3).join(', ')}` : former.name,
    help: 'name another folder (--out), or move that one away',
    details: { path: out },
  });
}

/** How many images and classes were unpacked. @throws E_DATA where these are not those of the data set */
async function count(
  path: string,
  entry: CatalogEntry,
): Promise<{ readonly numImages: number; readonly numClasses: number }> {
  const { set } = await openDataset(path);
  const { numImages, classNames } = set;
  const numClasses = classNames.length;
  if (entry.isPart || (numImages === entry.numImages && numClasses === entry.numClasses))
    return { numImages, numClasses };
  throw unexpectedContent(
    `the files of ${entry.name} hold another number of images`,
    `${entry.numImages} images of ${entry.numClasses} classes`,
    `${numImages} images of ${numClasses} classes`,
  );
}
