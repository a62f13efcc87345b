import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { isS3Address } from '../../data/s3/address.ts';
import { isImageName } from '../../data/sources/walk.ts';
import type { MoveRequest } from '../../jobs/duplicates/move.ts';
import type { ImageRecord } from '../../search/store/types.ts';

/** Where an image of a store is. */
export const IMAGE_SOURCES = ['file', 'archive', 'object', 'sent'] as const;
export type ImageSource = (typeof IMAGE_SOURCES)[number];

/** By the path that the store keeps; whether it is there still is another question. */
export function sourceOf(path: string): ImageSource {
  if (path.startsWith('upload:')) return 'sent';
  if (isS3Address(path)) return 'object';
  return isAbsolute(path) && (!path.includes('#') || isImageName(path)) ? 'file' : 'archive';
}

type Found<T> = { readonly file: T } | { readonly reason: string };

/**
 * The file of a row, where it may be moved into a folder; else why not. Only files that are what they were when they were
 * indexed may be, and none that a path leads to on a way round.
 */
export async function findMovable(record: ImageRecord, folder: string): Promise<Found<MoveRequest['file']>> {
  const { path, sizeBytes } = record;
  const reason = REASONS[sourceOf(path)];
  if (reason !== undefined) return { reason };
  if (path !== resolve(path)) return { reason: 'its path is none that samesame index writes' };
  if (`${path}${sep}`.startsWith(`${folder}${sep}`)) return { reason: 'it lies where images are moved to' };
  if (`${folder}${sep}`.startsWith(`${dirname(path)}${sep}`))
    return { reason: 'the folder that images are moved to lies in its own: it would be indexed again' };
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return { reason: 'it is gone' };
  if (found.isSymbolicLink()) return { reason: 'it is a symbolic link' };
  if (!found.isFile()) return { reason: 'it is no file' };
  if (!isAsIndexed(found, record)) return { reason: 'it was changed since it was indexed' };
  return { file: { path, sizeBytes, modifiedMs: found.mtimeMs, isSymlink: false } };
}

/** The file that stays in the stead of a moved one; or why it cannot be relied on. */
export async function findKeeper(
  record: ImageRecord,
  moved: string,
): Promise<Found<NonNullable<MoveRequest['keeper']>>> {
  const { path, sizeBytes } = record;
  const source = sourceOf(path);
  if (source === 'sent') return { reason: 'the one to be kept was sent to the service, which keeps no file' };
  if (source === 'object')
    return { reason: 'the one to be kept lies in another storage, and cannot be looked at from here' };
  if (source === 'archive') {
    const archive = path.slice(0, path.indexOf('#'));
    const isThere = (await stat(archive).catch(() => undefined)) !== undefined;
    return isThere ? { file: { path: archive } } : { reason: 'the archive of the one to be kept is gone' };
  }
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { reason: 'the one to be kept is gone' };
  if (!isAsIndexed(found, record)) return { reason: 'the one to be kept was changed since it was indexed' };
  if ((await realpath(path)) === (await realpath(moved).catch(() => '')))
    return { reason: 'it is the very file that is to be kept' };
  return { file: { path, sizeBytes, modifiedMs: found.mtimeMs } };
}

/** Whether a file has the size and the time that its row tells. */
export function isAsIndexed(
  { size, mtimeMs }: Pick<Stats, 'size' | 'mtimeMs'>,
  { sizeBytes, modifiedMs }: ImageRecord,
): boolean {
  return size === sizeBytes && Math.trunc(mtimeMs) === modifiedMs;
}

const REASONS: Readonly<Record<ImageSource, string | undefined>> = {
  file: undefined,
  archive: 'it lies in an archive',
  object: 'it lies in another storage',
  sent: 'it was sent to the service, which keeps no file',
};
