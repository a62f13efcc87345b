import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
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

export interface IdxFolderOptions {
  /** `required` (default): images need their file of labels. `optional`: without it they get label −1. */
  readonly labels?: 'required' | 'optional';
  /** For people. Default: the path. */
  readonly name?: string;
}

/**
 * The data set of a folder of IDX files by their customary names: `train-images-idx3-ubyte` with
 * `train-labels-idx1-ubyte`, and `t10k-…` for the test part, each also as `.gz`.
 * More than one part gives one set with `splits`.
 * @throws E_NOT_FOUND for images without labels, E_DATA, and what `readIdx` throws
 */
export async function readIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<ImageSet> {
  checkOptionNames('readIdxFolder', options, ['labels', 'name']);
  const { name = folder, labels: rule = 'required' } = options;
  const fileNames = await readdir(folder).catch((error) => {
    throw errorFromSystem(error, `reading ${folder}`);
  });
  const found = listImageFiles(fileNames);
  if (found.length === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `${folder} holds no IDX images`,
      expected: 'train-images-idx3-ubyte, t10k-images-idx3-ubyte (or .gz)',
    });
  }
  if (found.length > 1 && new Set(found.map((file) => file.split ?? 'none')).size < found.length) {
    throw new SamesameError('E_DATA', {
      what: `${folder} holds more than one IDX data set`,
      expected: 'one file of images for each of train, validation and t10k (or test)',
      received: found.map((file) => file.images).join(', '),
      help: 'give the one you mean a folder of its own',
    });
  }
  const parts: SetPart[] = [];
  for (const { images, split } of found) {
    const labels = findLabels(fileNames, images);
    if (labels === undefined && rule === 'required') {
      throw new SamesameError('E_NOT_FOUND', {
        what: `${join(folder, images)} has no file of labels beside it`,
        expected: images.replace('images', 'labels').replace(/idx[34]/, 'idx1'),
        help: 'put it in the same folder',
      });
    }
    const set = await readIdx({ images: join(folder, images), labels: labels && join(folder, labels), name });
    parts.push({ set, split: split ?? 'train' });
  }
  return parts.length === 1 ? parts[0].set : joinParts(name, parts);
}

interface ImagesFile {
  readonly images: string;
  /** What the name says, as in `emnist-letters-train-images-idx3-ubyte`. */
  readonly split: SplitName | undefined;
}

/** The files of images, train first; one that lies there plain and compressed counts once. */
function listImageFiles(fileNames: readonly string[]): ImagesFile[] {
  const files: ImagesFile[] = [];
  for (const images of [...fileNames].sort(compareNames)) {
    const prefix = IMAGES_FILE.exec(images)?.[1];
    const isDouble = images.endsWith('.gz') && fileNames.includes(images.slice(0, -3));
    if (prefix === undefined || isDouble) continue;
    files.push({ images, split: SPLIT_OF_PREFIX[/[^-_]*$/.exec(prefix)![0].toLowerCase()] });
  }
  const rank = (file: ImagesFile) => SPLIT_ORDER.indexOf(file.split ?? 'train');
  return files.sort((a, b) => rank(a) - rank(b));
}

/** The labels of an images file: the same prefix and mark, compressed or not. */
function findLabels(fileNames: readonly string[], images: string): string | undefined {
  const bare = images
    .replace(/\.gz$/, '')
    .replace('images', 'labels')
    .replace(/idx[34]/, 'idx1');
  return [bare, `${bare}.gz`].find((name) => fileNames.includes(name));
}
