import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';

/** Rows of equal length in a file, read and written by position, in any order. */
export interface RowFile {
  /** @throws E_DISK_FULL, E_IO */
  write(row: number, bytes: Uint8Array): Promise<void>;
  /** Reads a row into `out`, whose length is the length of a row. @throws E_IO */
  read(row: number, out: Uint8Array): Promise<void>;
  /** Closes the file and removes it. */
  close(): Promise<void>;
}

/**
 * A new file of rows in `folder`, which is made where it is missing. The file has no name left as soon as it is open
 * (where the system allows that), so that a killed process leaves nothing behind.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function createRowFile(folder: string, rowBytes: number): Promise<RowFile> {
  const path = join(folder, `.pixels.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(path, 'wx+');
    const removed = process.platform === 'win32' ? false : await removeFile(path);
    return rowsOf(handle, rowBytes, path, async () => {
      if (!removed) await removeFile(path);
    });
  } catch (error) {
    throw errorFromSystem(error, `making ${path}`);
  }
}

/** The rows of an open file. */
export function rowsOf(
  handle: FileHandle,
  rowBytes: number,
  name: string,
  afterClose = async () => {},
): RowFile {
  return {
    async write(row, bytes) {
      try {
        let done = 0;
        while (done < rowBytes) {
          const { bytesWritten } = await handle.write(bytes, done, rowBytes - done, row * rowBytes + done);
          done += bytesWritten;
        }
      } catch (error) {
        throw errorFromSystem(error, `keeping decoded images in ${name}`);
      }
    },
    async read(row, out) {
      let done = 0;
      while (done < rowBytes) {
        const { bytesRead } = await handle
          .read(out, done, rowBytes - done, row * rowBytes + done)
          .catch((error) => {
            throw errorFromSystem(error, `reading decoded images from ${name}`);
          });
        if (bytesRead === 0)
          throw new SamesameError('E_IO', { what: `row ${row} of ${name} was never written` });
        done += bytesRead;
      }
    },
    async close() {
      await handle.close();
      await afterClose();
    },
  };
}

async function removeFile(path: string): Promise<boolean> {
  return rm(path).then(
    () => true,
    () => false,
  );
}
