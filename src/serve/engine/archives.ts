import { stat } from 'node:fs/promises';
import { SamesameError } from '../../base/errors.ts';
import { openDataset } from '../../data/sources/open.ts';
import type { DecodedPixels } from '../../data/types.ts';

/** An image inside an archive. */
export interface ArchivedImage {
  readonly pixels: DecodedPixels;
  readonly index: number;
}

/** Finds images that have no file of their own: in .npz files, in folders of IDX files. */
export interface Archives {
  /**
   * @param path as a store keeps it: the archive's path, `#` and the image's place
   * @throws E_NOT_FOUND where there is no such archive, or no such image in it; what the archive's reader throws
   */
  find(path: string): Promise<ArchivedImage>;
}

/** How long an archive that nobody asks for is kept: all of its pixels lie in memory. */
const KEEP_MS = 60_000;

interface OpenArchive {
  readonly pixels: DecodedPixels;
  /** By name. */
  readonly indexes: ReadonlyMap<string, number>;
}

/** Keeps the archive that was asked for last, so that a page of its pictures reads it once. */
export function createArchives({ keepMs = KEEP_MS }: { readonly keepMs?: number } = {}): Archives {
  let kept: { readonly key: string; readonly archive: Promise<OpenArchive | undefined> } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function open(base: string, signature: string): Promise<OpenArchive | undefined> {
    const key = `${base} ${signature}`;
    if (kept?.key !== key) kept = { key, archive: readArchive(base) };
    const mine = kept;
    const letGo = () => {
      if (kept === mine) kept = undefined;
    };
    mine.archive.catch(letGo);
    clearTimeout(timer);
    timer = setTimeout(letGo, keepMs).unref();
    return mine.archive;
  }

  return {
    async find(path) {
      // A name may hold a # of its own, so each is tried, the longest archive first.
      for (let at = path.lastIndexOf('#'); at > 0; at = path.lastIndexOf('#', at - 1)) {
        const [base, id] = [path.slice(0, at), path.slice(at + 1)];
        const signature = await signatureOf(base);
        if (signature === undefined) continue;
        const archive = await open(base, signature);
        const index = archive?.indexes.get(id);
        if (archive !== undefined && index !== undefined) return { pixels: archive.pixels, index };
      }
      throw new SamesameError('E_NOT_FOUND', { what: `there is no image ${path}` });
    },
  };
}

/** Undefined where the images are files: those are found by their own paths. */
async function readArchive(base: string): Promise<OpenArchive | undefined> {
  const { set } = await openDataset(base, { labels: 'optional' });
  const { pixels, numImages } = set;
  if (pixels.kind === 'encoded') return undefined;
  return { pixels, indexes: new Map(Array.from({ length: numImages }, (_, i) => [set.id(i), i])) };
}

/** Another text when the archive was written; undefined where there is none. */
async function signatureOf(base: string): Promise<string | undefined> {
  if (base === 'mnist') return base;
  const found = await stat(base).catch(() => undefined);
  return found && `${found.ino}:${found.size}:${found.mtimeMs}`;
}
