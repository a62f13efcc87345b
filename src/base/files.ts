import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorFromSystem } from './errors.ts';

/**
 * Whether a file or folder could be made at `path`, so that long work fails before it starts. Tries it by a folder that
 * is removed again, in what is there of `path`.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(join(path, '.samesame-')));
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path)
      throw errorFromSystem(error, `writing to ${path}`);
    await checkWritable(parent);
  }
}

/**
 * Writes a file whole or not at all: to a temporary name in the same folder, flushed, then renamed over `path`.
 * A killed process or a full disk leaves the former file as it was.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw errorFromSystem(error, `writing ${path}`);
  }
}

/**
 * Fills a folder whole or not at all: `fill` writes into a temporary sibling, which then takes the place of `path`.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO, and whatever `fill` throws
 */
export async function writeFolderAtomic(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(path);
  const former = `${temporary}.old`;
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    const replaced = await rename(path, former).then(
      () => true,
      () => false,
    );
    try {
      await rename(temporary, path);
    } catch (error) {
      if (replaced) await rename(former, path);
      throw error;
    }
    await rm(former, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw errorFromSystem(error, `writing ${path}`);
  }
}

/** Removes what writers that were killed half-way left in a folder. Nobody else may be writing there. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((found) => LEFTOVER.test(found)))
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
}

const LEFTOVER = /^\..+\.[0-9a-f]{8}\.tmp(\.old)?$/;

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
}
