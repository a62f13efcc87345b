import { join } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
import { labelByName } from '../class-names.ts';
import type { ImageSet, SplitName } from '../types.ts';
import { type ImageTree, listImages } from './walk.ts';

const SPLIT_FOLDERS: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
  // Omniglot's own names.
  images_background: 'train',
  images_evaluation: 'test',
};

export interface FolderOptions {
  /**
   * `required` (default): images outside every class folder are left out and counted, because what has no class can
   * make no pair. `optional`: they are kept, label −1, for embedding and searching.
   */
  readonly labels?: 'required' | 'optional';
  /** For people. Default: the path. */
  readonly name?: string;
}

/**
 * The images of a folder with one sub-folder per class, at any depth below it; the class is the first level.
 * Where the first level is `train`, `validation` (or `val`) and `test` with class folders inside, the set has `splits`
 * and the class is the second level.
 * Omniglot's `alphabet/character01` is one class of that name, two levels deep.
 * @throws E_DATA_EMPTY, E_DATA for images without class folders, E_NOT_FOUND, E_PERMISSION
 * @example
 * const set = await readFolder('clothing'); // clothing/hat/1.jpg, clothing/shoes/2.jpg, …
 * set.classNames; // ['hat', 'shoes']
 */
export async function readFolder(folder: string, options: FolderOptions = {}): Promise<ImageSet> {
  checkOptionNames('readFolder', options, ['labels', 'name']);
  return folderSet(folder, await listImages(folder), options);
}

/** `readFolder` over a tree that is already listed. */
export function folderSet(folder: string, tree: ImageTree, options: FolderOptions): ImageSet {
  const { labels: rule = 'required', name = folder } = options;
  if (tree.paths.length === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `${folder} holds no image`,
      expected: 'one sub-folder per class with images in it (jpg, png, webp, gif, tiff, avif, bmp, ppm)',
      received: describeTree(tree),
      details: { path: folder, numOther: tree.numOther, unreadableFolders: tree.unreadableFolders },
    });
  }
  const hasSplits = hasSplitFolders(tree.paths);
  const classLevel = hasSplits ? 1 : 0;
  const hasCharacters = hasCharacterFolders(tree.paths, classLevel);
  const classOf = (path: string): string | undefined => {
    const parts = path.split('/');
    if (hasCharacters && parts.length > classLevel + 2)
      return `${parts[classLevel]}/${parts[classLevel + 1]}`;
    return parts.length > classLevel + 1 ? parts[classLevel] : undefined;
  };
  const paths = rule === 'optional' ? tree.paths : tree.paths.filter((path) => classOf(path) !== undefined);
  if (paths.length === 0) {
    throw new SamesameError('E_DATA', {
      what: `the images of ${folder} have no class`,
      expected: 'one sub-folder per class: folder/hat/1.jpg, folder/shoes/2.jpg',
      received: `${tree.paths.length} images side by side, such as ${tree.paths[0]}`,
      help: 'move the images of each class into a folder of its own, or list them in a CSV file with columns path,label',
      details: { path: folder, numImages: tree.paths.length },
    });
  }
  const numUnlabelled = tree.paths.length - paths.length;
  return {
    name,
    numImages: paths.length,
    ...labelByName(paths.map(classOf)),
    splits: hasSplits ? paths.map((path) => SPLIT_FOLDERS[firstFolder(path).toLowerCase()]) : undefined,
    skipped: { numOther: tree.numOther, numUnlabelled, unreadableFolders: tree.unreadableFolders },
    id: (index) => paths[index],
    pixels: { kind: 'encoded', path: (index) => join(folder, paths[index]) },
  };
}

/**
 * Whether the first level is splits: all of its folders are named like one, `train` is among at least two of them, and
 * the images lie a level deeper. So a class that happens to be called `train` stays a class.
 */
function hasSplitFolders(paths: readonly string[]): boolean {
  const splits = new Set<SplitName | undefined>();
  for (const path of paths) {
    const parts = path.split('/');
    if (parts.length === 1) continue;
    if (parts.length === 2) return false;
    splits.add(SPLIT_FOLDERS[parts[0].toLowerCase()]);
    if (splits.has(undefined)) return false;
  }
  return splits.size >= 2 && splits.has('train');
}

/** Whether all images lie in folders `alphabet/character01`, as Omniglot has them. */
function hasCharacterFolders(paths: readonly string[], classLevel: number): boolean {
  return paths.every((path) => {
    const parts = path.split('/');
    return parts.length === classLevel + 3 && /^character\d+$/.test(parts[classLevel + 1]);
  });
}

function firstFolder(path: string): string {
  const end = path.indexOf('/');
  return end < 0 ? '' : path.slice(0, end);
}

function describeTree(tree: ImageTree): string {
  const parts = [`${tree.numOther} other files`];
  if (tree.unreadableFolders.length > 0) {
    parts.push(
      `${tree.unreadableFolders.length} folders that may not be read (${tree.unreadableFolders[0]})`,
    );
  }
  return parts.join(', ');
}
