import { join } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { labelByName } from '../class-names.ts';
import type { ImageSet } from '../types.ts';
import { type ImageTree, listImages } from './walk.ts';

const COUPLE_NAME = /^(.*_\d+)_(one|two)\.[^.]+$/i;

/** Images that come two by two: couple `i` is image `2i` with image `2i + 1`. */
export interface Couples {
  /** Labels are the categories: the folders of the first level. */
  readonly set: ImageSet;
  readonly numCouples: number;
  /** Images whose other half is missing: left out. */
  readonly unpaired: readonly string[];
}

/**
 * The couples of a folder: `<category>/<anything>_<i>_one.png` with `<anything>_<i>_two.png`, the index of any width,
 * any image format.
 * @throws E_DATA_EMPTY where there is no couple, E_NOT_FOUND, E_PERMISSION
 */
export async function readCouples(folder: string, name = folder): Promise<Couples> {
  return couplesOf(folder, await listImages(folder), name);
}

/** Whether most images of a tree are named like halves of couples, inside category folders. */
export function looksLikeCouples(tree: ImageTree): boolean {
  const numNamed = tree.paths.filter((path) => path.includes('/') && COUPLE_NAME.test(path)).length;
  return numNamed * 2 > tree.paths.length;
}

/** `readCouples` over a tree that is already listed. */
export function couplesOf(folder: string, tree: ImageTree, name: string): Couples {
  const halves = new Map<string, { one?: string; two?: string }>();
  let numOtherImages = 0;
  for (const path of tree.paths) {
    const match = path.includes('/') ? COUPLE_NAME.exec(path) : null;
    if (match === null) {
      numOtherImages++;
      continue;
    }
    const couple = halves.get(match[1]) ?? {};
    couple[match[2].toLowerCase() as 'one' | 'two'] = path;
    halves.set(match[1], couple);
  }
  const paths: string[] = [];
  const unpaired: string[] = [];
  for (const { one, two } of halves.values()) {
    if (one !== undefined && two !== undefined) paths.push(one, two);
    else unpaired.push((one ?? two)!);
  }
  if (paths.length === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `${folder} holds no couple`,
      expected: '<category>/<anything>_<i>_one.png with <anything>_<i>_two.png beside it',
      received: `${tree.paths.length} images, ${unpaired.length} of them halves without the other half`,
      details: { path: folder, unpaired },
    });
  }
  const { numOther, unreadableFolders } = tree;
  const set: ImageSet = {
    name,
    numImages: paths.length,
    ...labelByName(paths.map((path) => path.slice(0, path.indexOf('/')))),
    skipped: { numOther, numUnlabelled: numOtherImages, unreadableFolders },
    id: (index) => paths[index],
    pixels: { kind: 'encoded', path: (index) => join(folder, paths[index]) },
  };
  return { set, numCouples: paths.length / 2, unpaired };
}
