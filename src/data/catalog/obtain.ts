import { mkdir, statfs } from 'node:fs/promises';
import { SamesameError } from '../../base/errors.ts';
import { cachedPath, sizeOf } from './cache.ts';
import { downloadFile, type Patience } from './download.ts';
import { findInFolder, type Mirror } from './mirror.ts';
import type { CatalogEvent, CatalogFile, Fetchable } from './types.ts';
import { type VerifiedFile, verifyFile } from './verify.ts';

export interface ObtainOptions extends Patience {
  /** Folder that downloads and recorded checksums are kept in. */
  readonly cache: string;
  /** In place of the public homes. */
  readonly mirror?: Mirror;
  /** Sent with each request to the addresses of the files, not to a mirror, nor to another host that they lead to. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the network must be left alone. Default false. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: CatalogEvent) => void;
}

/** A file of a data set on this machine, checked. */
export interface ObtainedFile extends VerifiedFile {
  readonly name: string;
  readonly path: string;
  readonly from: 'cache' | 'folder' | 'download';
}

/**
 * All files of a data set: out of the cache, out of a mirror folder (where they stay), or downloaded into the cache.
 * @throws E_DOWNLOAD, E_NOT_FOUND telling which file to put where; E_DATA for a wrong checksum; E_DISK_FULL,
 *   E_PERMISSION, E_IO; the reason of `signal`
 */
export async function obtainFiles(entry: Fetchable, options: ObtainOptions): Promise<ObtainedFile[]> {
  const { cache, mirror, offline = false } = options;
  const places: (Pick<ObtainedFile, 'path' | 'from'> & { readonly file: CatalogFile })[] = [];
  for (const file of entry.files) {
    const inFolder = mirror?.kind === 'folder' ? await findInFolder(mirror.path, entry, file) : undefined;
    const path = cachedPath(cache, entry, file.name);
    if (inFolder !== undefined) places.push({ file, path: inFolder, from: 'folder' });
    else places.push({ file, path, from: (await sizeOf(path)) === undefined ? 'download' : 'cache' });
  }
  const missing = places.filter(({ from }) => from === 'download').map(({ file }) => file);
  const advice = describeMissing(entry, missing, cache);
  if (missing.length > 0) {
    if (mirror?.kind === 'folder') {
      throw new SamesameError('E_NOT_FOUND', {
        what: `the folder ${mirror.path} does not hold all files of ${entry.name}`,
        expected: entry.files.map(({ name }) => name).join(', '),
        received: `without ${missing.map(({ name }) => name).join(', ')}`,
        help: `copy them there, or into the cache:${advice}`,
        details: { missing: missing.map(({ name }) => name) },
      });
    }
    if (offline) {
      throw new SamesameError('E_NOT_FOUND', {
        what: `${entry.name} is not on this machine yet, and the network is to be left alone`,
        help: `bring it by hand:${advice}`,
        details: { missing: missing.map(({ name }) => name) },
      });
    }
    if (mirror === undefined && missing.some(({ urls }) => urls.length === 0)) {
      throw new SamesameError('E_NOT_FOUND', {
        what: `${entry.name} cannot be fetched without you. ${entry.byHand ?? ''}`.trim(),
        help: `then name the folder where they are (--mirror FOLDER), or${advice}`,
        details: { missing: missing.map(({ name }) => name) },
      });
    }
    await checkSpace(cache, missing);
  }

  const obtained: ObtainedFile[] = [];
  for (const { file, path, from } of places) {
    const { signal, onProgress } = options;
    let verified: VerifiedFile | undefined;
    if (from === 'download') {
      const isMirrored = mirror?.kind === 'address';
      const urls = isMirrored ? [mirror.base + file.name] : file.urls;
      const headers = isMirrored ? undefined : options.headers;
      const check = async (part: string) => {
        verified = await verifyFile(part, entry, file, { cache, signal, isFresh: true });
      };
      const help = helpByHand(entry, missing, cache);
      await downloadFile(file.name, urls, path, { ...options, headers, check, help });
    }
    verified ??= await verifyFile(path, entry, file, { cache, signal });
    onProgress?.({ kind: 'verified', file: file.name, path, by: verified.by });
    obtained.push({ name: file.name, path, from, ...verified });
  }
  return obtained;
}

/** For a download that failed. */
export function helpByHand(
  entry: Pick<Fetchable, 'name'>,
  missing: readonly CatalogFile[],
  cache: string,
): string {
  return (
    `without a network, or where its home has moved, bring it by hand:${describeMissing(entry, missing, cache)}\n    ` +
    'and run the command again; or name a folder or an address that has them: --mirror FOLDER_OR_URL'
  );
}

/** `put a.zip (9464212 bytes, sha256 ad41…) from https://…/a.zip at /home/…/a.zip`, for each. */
function describeMissing(
  entry: Pick<Fetchable, 'name'>,
  missing: readonly CatalogFile[],
  cache: string,
): string {
  const lines = missing.map((file) => {
    const facts = [
      describeSize(file),
      file.sha256 === undefined ? undefined : `sha256 ${file.sha256}`,
    ].filter((fact) => fact !== undefined);
    const brackets = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
    const home = file.urls.length === 0 ? '' : `\n      from ${file.urls[0]}`;
    return `\n    put ${file.name}${brackets}${home}\n      at ${cachedPath(cache, entry, file.name)}`;
  });
  return lines.join('');
}

function describeSize({ sizeBytes, roughSizeBytes }: CatalogFile): string | undefined {
  if (sizeBytes !== undefined) return `${sizeBytes} bytes`;
  return roughSizeBytes === undefined
    ? undefined
    : `about ${Number((roughSizeBytes / 1e6).toPrecision(3))} MB`;
}

/** Before the first byte, where the sizes are known: a full disk after an hour helps nobody. */
async function checkSpace(cache: string, missing: readonly CatalogFile[]): Promise<void> {
  const needed = missing.reduce(
    (sum, { sizeBytes, roughSizeBytes }) => sum + (sizeBytes ?? roughSizeBytes ?? 0),
    0,
  );
  await mkdir(cache, { recursive: true }).catch(() => {}); // Told when the file itself is written.
  const disk = await statfs(cache).catch(() => undefined);
  if (disk === undefined || disk.bavail * disk.bsize >= needed) return;
  throw new SamesameError('E_DISK_FULL', {
    what: `the disk of ${cache} has too little space`,
    expected: `${needed} bytes`,
    received: `${disk.bavail * disk.bsize} bytes free`,
    help: 'free some space, or name a cache folder elsewhere (--cache)',
    details: { path: cache, neededBytes: needed },
  });
}
