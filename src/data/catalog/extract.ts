import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { type ReadEntry, x as unpackTar } from 'tar';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { forEachInParallel } from '../parallel.ts';
import { openZip } from '../sources/zip.ts';

export interface ExtractOptions {
  readonly signal?: AbortSignal;
  /** Files written so far; of a tar archive, `total` is what the caller expects. */
  readonly onFile?: (done: number, total: number) => void;
}

/** Files in flight: unpacking waits for small writes more than for the processor. */
const NUM_LANES = 8;

/**
 * Unpacks entries of a ZIP archive below `folder`.
 * @param choose the path below `folder` that an entry gets; undefined leaves it out.
 * @returns the paths below `folder`, in the order of the archive
 * @throws E_DATA for an entry that points outside of the folder, E_DATA_TRUNCATED, E_NOT_FOUND, E_PERMISSION,
 *   E_DISK_FULL, E_IO; the reason of `signal`
 */
export async function extractZip(
  archive: string,
  folder: string,
  choose: (name: string) => string | undefined,
  { signal, onFile }: ExtractOptions = {},
): Promise<string[]> {
  const zip = await openZip(archive);
  try {
    const chosen: { readonly name: string; readonly path: string }[] = [];
    for (const name of zip.names) {
      const path = name.endsWith('/') ? undefined : choose(name);
      if (path === undefined) continue;
      if (isOutside(path)) throw outsideError(archive, path);
      chosen.push({ name, path });
    }
    for (const below of new Set(chosen.map(({ path }) => dirname(path))))
      await mkdir(join(folder, below), { recursive: true });
    let done = 0;
    await forEachInParallel(
      chosen.length,
      NUM_LANES,
      async (i) => {
        const { name, path } = chosen[i];
        await writeFile(join(folder, path), await zip.read(name));
        onFile?.(++done, chosen.length);
      },
      signal,
    );
    return chosen.map(({ path }) => path);
  } catch (error) {
    signal?.throwIfAborted();
    throw errorFromSystem(error, `unpacking ${archive}`);
  } finally {
    zip.close();
  }
}

/**
 * Unpacks all files of a `.tar`, `.tar.gz` or `.tgz` archive below `folder`.
 * @param total for `onFile`: how many files there should be.
 * @returns the paths below `folder`, in the order of the archive
 * @throws E_DATA for an entry that points outside of the folder, or is a link or a device; E_DATA_TRUNCATED for an
 *   archive that is cut or damaged; E_NOT_FOUND, E_PERMISSION, E_DISK_FULL, E_IO; the reason of `signal`
 */
export async function extractTar(
  archive: string,
  folder: string,
  total: number,
  { signal, onFile }: ExtractOptions = {},
): Promise<string[]> {
  const paths: string[] = [];
  let refusal: SamesameError | undefined;
  const isWanted = (path: string, entry: ReadEntry): boolean => {
    if (refusal !== undefined || signal?.aborted) return false;
    if (isOutside(path)) refusal = outsideError(archive, path);
    else if (entry.type !== 'Directory' && !isPlainFile(entry)) {
      refusal = new SamesameError('E_DATA', {
        what: `${archive} has an entry that is neither a file nor a folder`,
        received: `${path}, a ${entry.type}`,
        help: 'do not unpack it: links can point outside of the folder',
        details: { path: archive },
      });
    }
    return refusal === undefined;
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const unpacker = unpackTar({
        cwd: folder,
        strict: true,
        filter: (path, entry) => isWanted(path, entry as ReadEntry),
        onReadEntry(entry) {
          if (!isPlainFile(entry)) return;
          paths.push(entry.path);
          onFile?.(paths.length, total);
        },
      });
      unpacker.on('close', resolve);
      unpacker.on('error', reject);
      createReadStream(archive).on('error', reject).pipe(unpacker);
    });
  } catch (error) {
    if (refusal !== undefined) throw refusal;
    signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).syscall !== undefined)
      throw errorFromSystem(error, `unpacking ${archive}`);
    throw new SamesameError('E_DATA_TRUNCATED', {
      what: `${archive} is not a whole tar archive`,
      received: (error as Error).message,
      help: 'download or copy the file again',
      details: { path: archive },
      cause: error,
    });
  }
  if (refusal !== undefined) throw refusal;
  signal?.throwIfAborted();
  return paths;
}

function isPlainFile({ type }: ReadEntry): boolean {
  return type === 'File' || type === 'OldFile' || type === 'ContiguousFile';
}

function isOutside(path: string): boolean {
  return isAbsolute(path) || /^[a-z]:/i.test(path) || path.split(/[/\\]/).includes('..');
}

function outsideError(archive: string, path: string): SamesameError {
  return new SamesameError('E_DATA', {
    what: `${archive} has an entry that points outside of it`,
    received: path,
    help: 'do not unpack it: whoever made it meant harm, or made a mistake',
    details: { path: archive, entry: path },
  });
}
