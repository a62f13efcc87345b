import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { errorFromSystem } from '../../base/errors.ts';

/** SHA-256 of a file, lower-case hex. @throws E_NOT_FOUND, E_PERMISSION, E_IO */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  return hashThrough(path, undefined, signal);
}

/** SHA-256 of what a `.gz` file holds; undefined where it is not one, or is cut or damaged. */
export async function contentSha256Of(path: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await hashThrough(path, createGunzip(), signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) return undefined;
    throw error;
  }
}

async function hashThrough(path: string, filter?: Transform, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const sink = new Writable({
    write(chunk, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  const steps =
    filter === undefined ? [createReadStream(path), sink] : [createReadStream(path), filter, sink];
  try {
    await pipeline(steps, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw errorFromSystem(error, `reading ${path}`);
  }
  return hash.digest('hex');
}
