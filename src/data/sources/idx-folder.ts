import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { joinParts, type SetPart } from '../join.ts';
import { compareNames } from '../order.ts';
import type { ImageSet, SplitName } from '../types.ts';
import { readIdx } from './idx.ts';

const IMAGES_FILE = /^(.*?)[-_]?images[-.]idx[34]-ubyte(\.gz)?$/;
const SPLIT_OF_PREFIX: Readonly<Record<string, SplitName>> = {
  train: 'train',
  validation: 'validation',
  val: 'validation',
  t10k: 'test',
  test: 'test',
};
const SPLIT_ORDER: readonly SplitName[] = ['train', 'validation', 'test'];

/** Whether a folder with these file names holds an IDX data set. */
export function looksLikeIdxFolder(fileNames: readonly string[]): boolean {
  return fileNames.some((name) => IMAGES_FILE.test(name));
}

/**
 * The data set of a folder of IDX files by their customary names: `train-images-idx3-ubyte` with
 * `train-labels-idx1-ubyte`, and `t10k-…` for the test part, each also as `.gz`.
 * More than one part gives one set with `splits`.
 * @throws E_NOT_FOUND for images without labels, E_DATA, and what `readIdx` throws
 */
export async function readIdxFolder(folder: string, name = folder): Promise<ImageSet> {
  const fileNames = await readdir(folder).catch((error) => {
    throw errorFromSystem(error, `reading ${folder}`);
  });
  const parts: SetPart[] = [];
  const singles: ImageSet[] = [];
  for (const fileName of fileNames.sort(compareNames)) {
    const prefix = IMAGES_FILE.exec(fileName)?.[1];
    if (prefix === undefined) continue;
    const labels = findLabels(fileNames, fileName);
    if (labels === undefined) {
      throw new SamesameError('E_NOT_FOUND', {
        what: `${join(folder, fileName)} has no file of labels beside it`,
        expected: fileName.replace('images', 'labels').replace(/idx[34]/, 'idx1'),
        help: 'put it in the same folder',
      });
    }
    const split = SPLIT_OF_PREFIX[prefix];
    if (split !== undefined && parts.some((part) => part.split === split)) continue;
    const set = await readIdx({
      images: join(folder, fileName),
      labels: join(folder, labels),
      name: split === undefined ? name : `${name} ${split}`,
    });
    if (split === undefined) singles.push(set);
    else parts.push({ set, split });
  }
  parts.sort((a, b) => SPLIT_ORDER.indexOf(a.split) - SPLIT_ORDER.indexOf(b.split));
  if (parts.length > 1) return joinParts(name, parts);
  const only = parts[0]?.set ?? singles[0];
  if (only === undefined) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `${folder} holds no IDX images`,
      expected: 'train-images-idx3-ubyte, t10k-images-idx3-ubyte (or .gz)',
    });
  }
  if (parts.length === 0 && singles.length > 1) {
    throw new SamesameError('E_DATA', {
      what: `${folder} holds ${singles.length} IDX data sets`,
      expected: 'names that begin train-, validation- or t10k-',
      received: singles.map((set) => set.name).join(', '),
      help: 'give the one you mean a folder of its own',
    });
  }
  return only;
}

/** The labels of an images file: the same prefix and mark, compressed or not. */
function findLabels(fileNames: readonly string[], images: string): string | undefined {
  const bare = images
    .replace(/\.gz$/, '')
    .replace('images', 'labels')
    .replace(/idx[34]/, 'idx1');
  return [bare, `${bare}.gz`].find((name) => fileNames.includes(name));
}
