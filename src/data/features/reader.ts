import { type FileHandle, open } from 'node:fs/promises';
import { errorFromSystem } from '../../base/errors.ts';
import { sumOfRow } from './entries.ts';
import type { RowPlace } from './shelf.ts';

/** Reads rows from segments, by position. */
export interface RowReader {
  /** Opens a file, so that its rows can be read even if somebody removes it. */
  open(path: string): Promise<void>;
  /**
   * Reads a row, or the first of its copies that is whole, into `out`, uint16 `[rowLength]`.
   * @param check whether to hold it against its checksum
   * @returns whether there is a whole one; `out` is of no use where not
   * @throws E_NOT_FOUND, E_PERMISSION, E_IO
   */
  read(place: RowPlace, out: Uint16Array, check: boolean): Promise<boolean>;
  close(): Promise<void>;
}

export function createRowReader(): RowReader {
  const handles = new Map<string, Promise<FileHandle>>();

  function handleOf(path: string): Promise<FileHandle> {
    const opened = handles.get(path) ?? open(path, 'r');
    handles.set(path, opened);
    return opened;
  }
  async function guarded<T>(path: string, reading: Promise<T>): Promise<T> {
    return reading.catch((error) => {
      throw errorFromSystem(error, `reading features from ${path}`);
    });
  }

  return {
    async open(path) {
      await guarded(path, handleOf(path));
    },
    async read(place, out, check) {
      for (let copy: RowPlace | undefined = place; copy !== undefined; copy = copy.other) {
        const { path, row, sum } = copy;
        const isWhole = await guarded(path, readRow(handleOf(path), row, out));
        if (isWhole && (!check || sumOfRow(out) === sum)) return true;
      }
      return false;
    },
    async close() {
      const opened = await Promise.allSettled(handles.values());
      handles.clear();
      for (const result of opened) if (result.status === 'fulfilled') await result.value.close();
    },
  };
}

/** False where the file ends before the row does. */
async function readRow(opened: Promise<FileHandle>, row: number, out: Uint16Array): Promise<boolean> {
  const handle = await opened;
  const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, row * bytes.length + at);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}
