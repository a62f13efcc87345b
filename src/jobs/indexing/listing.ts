import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { fileSet } from '../../data/sources/file-set.ts';
import { openDataset } from '../../data/sources/open.ts';
import { isImageName } from '../../data/sources/walk.ts';
import type { ImageSet } from '../../data/types.ts';
import { imageId, storedPath } from '../../search/store/identity.ts';

/** An image that a store should hold. */
export interface ListedImage {
  readonly id: string;
  /** As the store keeps it. */
  readonly path: string;
  /** Name of its class, where its source says one. */
  readonly label: string | null;
  /** The file; undefined for an image inside an archive. */
  readonly file?: string;
  readonly set: ImageSet;
  /** In the set. */
  readonly index: number;
}

/** One of the paths that were asked for. */
export interface ListedRoot {
  /** As it was given. */
  readonly path: string;
  /** What the paths of all of its images in the store begin with; undefined for a single file and for a list. */
  readonly prefix?: string;
  readonly images: readonly ListedImage[];
  /** Beginnings of paths below it that could not be looked into. */
  readonly unreadable: readonly string[];
}

/**
 * Every image of some paths: image files, and whatever `openDataset` reads. A folder's classes become labels.
 * An empty folder is no error here: it may have been emptied since.
 * @throws E_NOT_FOUND, E_PERMISSION, and what the readers throw
 */
export async function listRoots(paths: readonly string[]): Promise<ListedRoot[]> {
  const roots: ListedRoot[] = [];
  for (const path of paths) roots.push(await listRoot(path));
  return roots;
}

async function listRoot(path: string): Promise<ListedRoot> {
  const found = await stat(path).catch((error) => {
    if (path === 'mnist') return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (found?.isFile() && isImageName(path)) {
    const set = fileSet([path], path);
    return { path, images: [listed(set, 0, storedPath(path), path)], unreadable: [] };
  }
  const set = await openSet(path, found?.isDirectory() === true);
  const base = found === undefined ? path : storedPath(path);
  if (set === undefined) return { path, prefix: `${base}/`, images: [], unreadable: [] };
  const { pixels } = set;
  const isArchive = pixels.kind === 'decoded';
  const images = Array.from({ length: set.numImages }, (_, index) => {
    if (isArchive) return listed(set, index, `${base}#${set.id(index)}`);
    const file = pixels.path(index);
    return listed(set, index, storedPath(file), file);
  });
  const unreadable = (set.skipped?.unreadableFolders ?? []).map((folder) => `${join(base, folder)}/`);
  // A list names files wherever they are, so nothing can be said of those that it names no longer.
  const prefix = isArchive ? `${base}#` : found?.isDirectory() ? `${base}/` : undefined;
  return { path, prefix, images, unreadable };
}

async function openSet(path: string, isFolder: boolean): Promise<ImageSet | undefined> {
  try {
    return (await openDataset(path, { labels: 'optional' })).set;
  } catch (error) {
    if (isFolder && error instanceof SamesameError && error.code === 'E_DATA_EMPTY') return undefined;
    throw error;
  }
}

function listed(set: ImageSet, index: number, path: string, file?: string): ListedImage {
  const label = set.classNames[set.labels[index]] ?? null;
  return { id: imageId(path), path, label, file, set, index };
}
