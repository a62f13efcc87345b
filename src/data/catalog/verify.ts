import { SamesameError } from '../../base/errors.ts';
import { recordedSha256, recordSha256, sizeOf } from './cache.ts';
import { contentSha256Of, sha256Of } from './digest.ts';
import type { CatalogEntry, CatalogFile, VerifiedBy } from './types.ts';

/** A file that is what it should be. */
export interface VerifiedFile {
  readonly sha256: string;
  readonly by: VerifiedBy;
}

/**
 * Holds a file against its published checksum, or against the one recorded when it was first fetched; the first time,
 * records it.
 * @throws E_DATA where it is another file
 */
export async function verifyFile(
  path: string,
  entry: Pick<CatalogEntry, 'name'>,
  file: CatalogFile,
  {
    cache,
    isFresh = false,
    signal,
  }: {
    readonly cache: string;
    /** Whether it was fetched just now, so that a wrong one is the server's. */
    readonly isFresh?: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<VerifiedFile> {
  const key = `${entry.name}/${file.name}`;
  const sha256 = await sha256Of(path, signal);
  const known = file.sha256 ?? (await recordedSha256(cache, key));
  if (known === undefined) {
    await recordSha256(cache, key, sha256);
    return { sha256, by: 'first time' };
  }
  const by = file.sha256 === undefined ? 'recorded' : 'published';
  if (sha256 === known) return { sha256, by };
  if (file.contentSha256 !== undefined && (await contentSha256Of(path, signal)) === file.contentSha256)
    return { sha256, by };
  const sizeBytes = await sizeOf(path);
  const size =
    file.sizeBytes === undefined ? `${sizeBytes} bytes` : `${sizeBytes} bytes of ${file.sizeBytes}`;
  throw new SamesameError('E_DATA', {
    what: isFresh
      ? `${file.name} came with a wrong checksum, so it was thrown away`
      : `${path} is not the file that it should be: its checksum is wrong`,
    expected: `sha256 ${known} (${by === 'published' ? 'published' : 'recorded when it was first fetched'})`,
    received: `sha256 ${sha256}, ${size}`,
    help: describeWay(by, key, isFresh, cache),
    details: { path, expected: known, received: sha256 },
  });
}

function describeWay(by: VerifiedBy, key: string, isFresh: boolean, cache: string): string {
  const first = isFresh ? 'get it again, or from another place (--mirror)' : 'remove it and get it again';
  if (by === 'published') return `${first}; a copy with another checksum is damaged or another version`;
  return `${first}; if its home has a new version, remove "${key}" from checksums.json in ${cache}`;
}
