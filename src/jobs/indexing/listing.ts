import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { isS3Address } from '../../data/s3/address.ts';
import { createS3Client, type ReadObject, type S3Client, type S3Options } from '../../data/s3/client.ts';
import { fileSet } from '../../data/sources/file-set.ts';
import { openDataset } from '../../data/sources/open.ts';
import { isImageName } from '../../data/sources/walk.ts';
import type { ImageSet } from '../../data/types.ts';
import { imageId, storedPath } from '../../search/store/identity.ts';
import { listPathList, listS3, type NamedImage, readable, s3Prefix } from './sources.ts';

/** An image that a store should hold. */
export interface ListedImage {
  readonly id: string;
  /** As the store keeps it. */
  readonly path: string;
  /** Name of its class, where its source says one. */
  readonly label: string | null;
  /** The file; undefined for an object, and for an image inside an archive. */
  readonly file?: string;
  /** An object of a storage, with what its listing told of it. */
  readonly object?: ListedObject;
  readonly set: ImageSet;
  /** In the set. */
  readonly index: number;
}

export interface ListedObject {
  readonly sizeBytes?: number;
  readonly modifiedMs?: number;
  /** @throws E_NOT_FOUND, E_PERMISSION, E_DATA, E_CONFIG, E_DOWNLOAD */
  read(): Promise<ReadObject>;
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

export interface ListOptions {
  /** Lists of images, to be indexed too: files as `readPathList` reads them. */
  readonly filesFrom?: readonly string[];
  /** Of `s3://` addresses. */
  readonly s3?: S3Options;
}

/**
 * Every image of some paths: image files, whatever `openDataset` reads, `s3://` addresses. A folder's classes become
 * labels. An empty folder is no error here: it may have been emptied since.
 * @throws E_NOT_FOUND, E_PERMISSION, and what the readers throw
 */
export async function listRoots(
  paths: readonly string[],
  { filesFrom = [], s3 }: ListOptions = {},
): Promise<ListedRoot[]> {
  const client = lazyS3Client(s3);
  const roots: ListedRoot[] = [];
  for (const path of paths) {
    if (isS3Address(path)) {
      const images = readable(await collect(listS3(path, client())), client);
      roots.push({ path, prefix: s3Prefix(path), images, unreadable: [] });
    } else roots.push(await listLocal(path));
  }
  for (const file of filesFrom) {
    const images = readable(await collect(listPathList(file)), client);
    roots.push({ path: file, images, unreadable: [] });
  }
  return roots;
}

/** One client for all addresses, made when the first is read. */
export function lazyS3Client(options: S3Options | undefined): () => S3Client {
  let client: S3Client | undefined;
  return () => {
    client ??= createS3Client(options);
    return client;
  };
}

async function collect(images: AsyncIterable<NamedImage>): Promise<NamedImage[]> {
  const all: NamedImage[] = [];
  for await (const image of images) all.push(image);
  return all;
}

/** Of one path of this machine. @throws as `listRoots` */
export async function listLocal(path: string): Promise<ListedRoot> {
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
