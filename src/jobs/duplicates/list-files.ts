import { lstat, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { listImages } from '../../data/sources/walk.ts';

/** An image file as it was when it was listed. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Whether the path is a symbolic link to the file. */
  readonly isSymlink: boolean;
}

/** Image files, each once. */
export interface FileList {
  readonly files: readonly ListedFile[];
  /** Paths that lead to a file that is listed already: symbolic links, a folder given twice. They are no copies. */
  readonly aliases: readonly string[];
  /** Folders that may not be read. */
  readonly unreadableFolders: readonly string[];
}

/** Files that were listed before, by their real path. */
export type SeenFiles = Set<string>;

/**
 * The files given, and the images below folders, in that order. A file that is reached by several paths is listed once:
 * else it would be a copy of itself, and be moved away from itself. A file that vanishes meanwhile is passed over.
 * @param seen of another listing; grows
 * @throws E_NOT_FOUND, E_PERMISSION for a path given; E_DATA_EMPTY where there is no image
 */
export async function listFiles(inputs: readonly string[], seen: SeenFiles = new Set()): Promise<FileList> {
  const files: ListedFile[] = [];
  const aliases: string[] = [];
  const unreadableFolders: string[] = [];
  for (const input of inputs) {
    const found = await stat(input).catch((error) => {
      throw errorFromSystem(error, `reading ${input}`);
    });
    let paths = [input];
    if (found.isDirectory()) {
      const tree = await listImages(input);
      paths = tree.paths.map((path) => join(input, path));
      unreadableFolders.push(...tree.unreadableFolders.map((path) => join(input, path)));
    }
    for (const path of paths) {
      const file = await look(path).catch(() => undefined);
      if (file === undefined) continue;
      if (seen.has(file.real)) {
        aliases.push(path);
        continue;
      }
      seen.add(file.real);
      files.push(file.listed);
    }
  }
  if (files.length > 0 || aliases.length > 0) return { files, aliases, unreadableFolders };
  throw new SamesameError('E_DATA_EMPTY', {
    what: `there is no image in ${inputs.join(', ')}`,
    expected: 'image files, or folders with images in them (jpg, png, webp, gif, tiff, avif, bmp, ppm)',
    received:
      unreadableFolders.length > 0
        ? `folders that may not be read: ${unreadableFolders.join(', ')}`
        : undefined,
  });
}

async function look(path: string): Promise<{ readonly real: string; readonly listed: ListedFile }> {
  const [real, { size, mtimeMs }, link] = await Promise.all([realpath(path), stat(path), lstat(path)]);
  return {
    real,
    listed: { path, sizeBytes: size, modifiedMs: mtimeMs, isSymlink: link.isSymbolicLink() },
  };
}
