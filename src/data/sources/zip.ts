import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';

const inflate = promisify(inflateRaw);
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const IN_ZIP64_FIELD = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;

/** A ZIP archive in memory, unpacked entry by entry. */
export interface ZipArchive {
  /** In the order of the archive's own list. */
  readonly names: readonly string[];
  /**
   * The bytes of an entry; the caller owns them.
   * @throws E_NOT_FOUND, E_DATA_TRUNCATED, E_DATA for an unknown compression
   */
  read(name: string): Promise<Uint8Array>;
}

interface Entry {
  readonly method: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly start: number;
}

/**
 * The list of a ZIP archive's entries, stored or deflated, with the 64-bit fields that NumPy writes.
 * Node's own zlib inflates, off the main thread.
 * @throws E_NOT_FOUND, E_PERMISSION, E_DATA_TRUNCATED for an archive without its end
 */
export async function openZip(path: string): Promise<ZipArchive> {
  const bytes = await readFile(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  const truncated = (cause?: unknown) =>
    new SamesameError('E_DATA_TRUNCATED', {
      what: `${path} is not a whole ZIP archive`,
      received: `${bytes.length} bytes`,
      help: 'download or copy the file again',
      details: { path, sizeBytes: bytes.length },
      cause,
    });
  let entries: Map<string, Entry>;
  try {
    entries = listEntries(bytes);
  } catch (cause) {
    throw truncated(cause);
  }
  return {
    names: [...entries.keys()],
    async read(name) {
      const entry = entries.get(name);
      if (entry === undefined) {
        throw new SamesameError('E_NOT_FOUND', {
          what: `${path} has no entry ${name}`,
          received: [...entries.keys()].join(', '),
        });
      }
      const packed = bytes.subarray(entry.start, entry.start + entry.packedBytes);
      if (entry.method !== STORED && entry.method !== DEFLATED) {
        throw new SamesameError('E_DATA', {
          what: `reading ${name} of ${path} failed`,
          expected: 'an entry that is stored or deflated',
          received: `compression method ${entry.method}`,
        });
      }
      if (entry.method === STORED) {
        if (packed.length !== entry.sizeBytes) throw truncated();
        return new Uint8Array(packed);
      }
      const data = await inflate(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) }).catch((cause) => {
        throw truncated(cause);
      });
      if (data.length !== entry.sizeBytes) throw truncated();
      return data;
    },
  };
}

/** The central directory, found from the end-of-archive record. Reading past the end throws a RangeError. */
function listEntries(bytes: Buffer): Map<string, Entry> {
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw new RangeError('there is no end-of-archive record');
  const numEntries = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  const entries = new Map<string, Entry>();
  for (let i = 0; i < numEntries; i++) {
    if (bytes.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw new RangeError(`entry ${i} is not where it should be`);
    const nameBytes = bytes.readUInt16LE(at + 28);
    const extraBytes = bytes.readUInt16LE(at + 30);
    const extraStart = at + 46 + nameBytes;
    const extra = bytes.subarray(extraStart, extraStart + extraBytes);
    // The 64-bit values stand in this order, each only where its 32-bit field says so.
    const wide = zip64Values(extra);
    const field = (offset: number) => {
      const value = bytes.readUInt32LE(at + offset);
      return value === IN_ZIP64_FIELD ? (wide.shift() ?? value) : value;
    };
    const sizeBytes = field(24);
    const packedBytes = field(20);
    const header = field(42);
    entries.set(bytes.toString('utf8', at + 46, extraStart), {
      method: bytes.readUInt16LE(at + 10),
      packedBytes,
      sizeBytes,
      start: header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28),
    });
    at = extraStart + extraBytes + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function zip64Values(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const numValues = extra.readUInt16LE(at + 2) >> 3;
    return Array.from({ length: numValues }, (_, i) => Number(extra.readBigUInt64LE(at + 4 + 8 * i)));
  }
  return [];
}
