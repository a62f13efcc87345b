import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem } from '../../base/errors.ts';
import type { RunFile, ServedRun } from './served-runs.ts';

/** A file as it was when it was opened, whatever takes its name meanwhile. */
export interface OpenRunFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** Another text whenever the file was written. */
  readonly version: string;
}

/**
 * A file of a run; undefined where it has none of this name yet. A link is none: it could lead anywhere.
 * @throws E_PERMISSION, E_IO
 */
export async function openRunFile({ folder }: ServedRun, file: RunFile): Promise<OpenRunFile | undefined> {
  const path = join(folder, file);
  // Looked at first, as opening a pipe would wait for its writer.
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error) => {
    if (['ENOENT', 'ELOOP'].includes(error.code)) return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (handle === undefined) return undefined;
  const { ino, size, mtimeNs } = await handle.stat({ bigint: true });
  const version = [ino, size, mtimeNs].map((part) => part.toString(36)).join('-');
  return { handle, sizeBytes: Number(size), version };
}

/** Whether a run has a file. */
export async function hasRunFile({ folder }: ServedRun, file: RunFile): Promise<boolean> {
  return (await lstat(join(folder, file)).catch(() => undefined))?.isFile() ?? false;
}
