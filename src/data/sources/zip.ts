import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';

/** An open ZIP archive, unpacked entry by entry. */
export interface ZipArchive {
  /** In the order of the archive's own list. */
  readonly names: readonly string[];
  /**
   * The bytes of an entry; the caller owns them.
   * @throws E_NOT_FOUND, E_DATA_TRUNCATED, E_DATA for an unknown compression or an encrypted entry, E_IO
   */
  read(name: string): Promise<Uint8Array>;
  /** Closes the file. */
  close(): void;
}

/**
 * Opens a ZIP archive and reads its list. Only entries that are read are unpacked, off the main thread.
 * @throws E_NOT_FOUND, E_PERMISSION, E_IO; E_DATA_TRUNCATED for an archive without its end
 */
export async function openZip(path: string): Promise<ZipArchive> {
  const file = await openPromise(path, { autoClose: false }).catch((error) => {
    throw zipError(error, path);
  });
  const entries = await listEntries(file).catch((error) => {
    file.close();
    throw zipError(error, path);
  });
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
      if (!entry.canDecodeFileData()) throw notReadable(entry, path);
      try {
        return await unpack(file, entry);
      } catch (error) {
        throw zipError(error, path);
      }
    },
    close: () => file.close(),
  };
}

async function listEntries(file: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of file.eachEntry()) entries.set(entry.fileName, entry);
  return entries;
}

/** yauzl holds an entry to the size that the list names: neither more nor fewer bytes come. */
async function unpack(file: ZipFile, entry: Entry): Promise<Uint8Array> {
  const bytes = new Uint8Array(entry.uncompressedSize);
  let done = 0;
  for await (const chunk of await file.openReadStreamPromise(entry)) {
    bytes.set(chunk, done);
    done += chunk.length;
  }
  return bytes;
}

function notReadable(entry: Entry, path: string): SamesameError {
  return new SamesameError('E_DATA', {
    what: `reading ${entry.fileName} of ${path} failed`,
    expected: 'an entry that is stored or deflated, and not encrypted',
    received: entry.isEncrypted() ? 'an encrypted entry' : `compression method ${entry.compressionMethod}`,
    help: 'write the archive again without a password, as numpy.savez_compressed does',
  });
}

/** How yauzl complains about `../x`, `/x` and `a\\b`. */
const UNSAFE_NAME = /^(invalid relative path|absolute path|invalid characters in fileName)/;

/** A failed call of the file system, or else an archive that is cut or damaged. */
function zipError(error: unknown, path: string): SamesameError {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall !== undefined) return errorFromSystem(error, `reading ${path}`);
  if (UNSAFE_NAME.test(message)) {
    return new SamesameError('E_DATA', {
      what: `${path} has an entry that points outside of it`,
      received: message,
      help: 'do not unpack it: whoever made it meant harm, or made a mistake',
      details: { path },
      cause: error,
    });
  }
  return new SamesameError('E_DATA_TRUNCATED', {
    what: `${path} is not a whole ZIP archive`,
    received: message,
    help: 'download or copy the file again',
    details: { path },
    cause: error,
  });
}
