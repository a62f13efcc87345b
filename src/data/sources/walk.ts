import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { compareNames } from '../order.ts';

/** What `decodeImage` reads, by the ending of the name. */
const IMAGE_NAME = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|bmp|p[bgpn]m)$/i;

/** A tree of folders reduced to the images in it. */
export interface ImageTree {
  /** Paths below the root, `/` between folders on every system; folder by folder, each in code-point order. */
  readonly paths: readonly string[];
  /** Files that are not images by their name; hidden ones are not counted. */
  readonly numOther: number;
  /** Folders below the root that may not be read. */
  readonly unreadableFolders: readonly string[];
}

/** Whether a file is taken for an image by its name. */
export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/**
 * Every image below a folder, at any depth.
 * Symbolic links are followed, each real folder once, so a loop ends. Hidden files and `__MACOSX` are passed over.
 * @throws E_NOT_FOUND, E_PERMISSION for the root itself, E_DATA where it is not a folder
 */
export async function listImages(root: string): Promise<ImageTree> {
  const paths: string[] = [];
  const unreadableFolders: string[] = [];
  const seen = new Set<string>();
  let numOther = 0;

  async function visit(below: string): Promise<void> {
    const folder = join(root, below);
    const real = await realpath(folder);
    if (seen.has(real)) return;
    seen.add(real);
    const entries = await readdir(folder, { withFileTypes: true });
    const folders: string[] = [];
    const files: string[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const kind = entry.isSymbolicLink()
        ? await stat(join(folder, entry.name)).catch(() => undefined)
        : entry;
      if (kind?.isDirectory()) folders.push(entry.name);
      else if (kind?.isFile() && isImageName(entry.name)) files.push(entry.name);
      else numOther++;
    }
    for (const name of files.sort(compareNames)) paths.push(below + name);
    for (const name of folders.sort(compareNames)) {
      await visit(`${below}${name}/`).catch(() => unreadableFolders.push(below + name));
    }
  }

  try {
    await visit('');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new SamesameError('E_DATA', {
        what: `${root} is not a folder`,
        expected: 'a folder of images',
        details: { path: root },
        cause: error,
      });
    }
    throw errorFromSystem(error, `reading ${root}`);
  }
  return { paths, numOther, unreadableFolders };
}
