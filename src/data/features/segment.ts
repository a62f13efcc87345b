import { randomBytes } from 'node:crypto';
import { ftruncateSync, writeSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { headerOf, type IndexEntry, lineOf, sumOfRow } from './entries.ts';

/** A row, and the key that it is asked for by. */
export interface KeyedRow {
  readonly key: string;
  /** uint16 `[rowLength]`, bits of float16. */
  readonly values: Uint16Array;
}

/**
 * What one process adds to a trunk's rows: two files of its own, which only grow. It writes at once and waits for it:
 * behind a queue of images to be decoded a row would wait longer than it takes to write, and be lost by a kill.
 */
export interface SegmentWriter {
  /** Path of its rows. */
  readonly path: string;
  /**
   * Adds rows, then their entries, so that an entry never names what is not there.
   * @returns the number of the first row in the segment
   * @throws E_DISK_FULL, E_PERMISSION, E_IO
   */
  append(rows: readonly KeyedRow[]): number;
  /** Adds the reason why an image is bad. */
  appendBad(key: string, reason: string): void;
  close(): Promise<void>;
}

/** A new segment in `folder`, which is made where it is missing. @throws E_DISK_FULL, E_PERMISSION, E_IO */
export async function createSegment(folder: string, rowLength: number): Promise<SegmentWriter> {
  const name = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const path = join(folder, `${name}.rows`);
  const handles: FileHandle[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const ending of ['rows', 'index']) handles.push(await open(join(folder, `${name}.${ending}`), 'wx'));
    const [rows, index] = handles.map((handle) => createAppender(handle));
    index.append(Buffer.from(headerOf(rowLength)));
    return writerOf(path, rowLength, rows, index);
  } catch (error) {
    await Promise.all(handles.map((handle) => handle.close().catch(() => {})));
    throw writeError(error, path);
  }
}

function writerOf(path: string, rowLength: number, rows: Appender, index: Appender): SegmentWriter {
  let numRows = 0;

  function guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw writeError(error, path);
    }
  }
  const addEntries = (entries: readonly IndexEntry[]) =>
    index.append(Buffer.from(entries.map(lineOf).join('')));

  return {
    path,
    append: (added) =>
      guarded(() => {
        const first = numRows;
        const all = new Uint16Array(added.length * rowLength);
        for (const [i, { values }] of added.entries()) all.set(values, i * rowLength);
        rows.append(new Uint8Array(all.buffer));
        numRows += added.length;
        addEntries(added.map(({ key, values }, i) => ({ key, row: first + i, sum: sumOfRow(values) })));
        return first;
      }),
    appendBad: (key, reason) => guarded(() => addEntries([{ key, reason }])),
    async close() {
      await Promise.all([rows, index].map((file) => file.close()));
    },
  };
}

interface Appender {
  append(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** Adds to the end of a file. What could not be written whole is cut off again. */
function createAppender(handle: FileHandle): Appender {
  let sizeBytes = 0;
  return {
    append(bytes) {
      try {
        for (let at = 0; at < bytes.length; )
          at += writeSync(handle.fd, bytes, at, bytes.length - at, sizeBytes + at);
        sizeBytes += bytes.length;
      } catch (error) {
        cutOff(handle, sizeBytes);
        throw error;
      }
    },
    close: () => handle.close(),
  };
}

function cutOff(handle: FileHandle, sizeBytes: number): void {
  try {
    ftruncateSync(handle.fd, sizeBytes);
  } catch {
    // Readers tell a torn end by its checksum.
  }
}

function writeError(error: unknown, path: string): SamesameError {
  const known = errorFromSystem(error, `keeping features in ${path}`);
  if (known.code !== 'E_DISK_FULL') return known;
  return new SamesameError('E_DISK_FULL', {
    what: `keeping features in ${path} failed because the disk is full`,
    help: 'free some space ("samesame cache clear" removes kept features) and run the command again: it goes on behind what is there',
    details: { path },
    cause: error,
  });
}
