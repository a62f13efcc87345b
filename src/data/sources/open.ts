import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
import { parseCsv } from '../csv.ts';
import type { ImageSet, PairList } from '../types.ts';
import { type Couples, couplesOf, looksLikeCouples } from './couples.ts';
import { FETCHED_FILE, readFetched } from './fetched.ts';
import { folderSet } from './folder.ts';
import { looksLikeIdxFolder, readIdxFolder } from './idx-folder.ts';
import { type ManifestOptions, readManifest, readText } from './manifest.ts';
import { readMnist } from './mnist.ts';
import { readNpz } from './npz.ts';
import { looksLikeOmniglot, readOmniglot } from './omniglot.ts';
import { looksLikePairFolders, type PairKind, pairFoldersOf } from './pair-folders.ts';
import { readPairList } from './pair-list.ts';
import { listImages } from './walk.ts';

export interface OpenOptions {
  /**
   * `optional` keeps images without a class, label −1, of folders, CSV manifests and IDX. Default `required`. Archives
   * and pair lists need no labels anyway.
   */
  readonly labels?: 'required' | 'optional';
  /** Names of the columns of a CSV manifest. Default `path`, `label`, `split`. An error with anything else. */
  readonly columns?: ManifestOptions['columns'];
  /** For people. Default: the path. */
  readonly name?: string;
}

/** A data set, what it was read as, and the pairs that its source names. */
export interface Dataset {
  readonly format:
    | 'mnist'
    | 'folder'
    | 'manifest'
    | 'pairs'
    | 'pair folders'
    | 'couples'
    | 'idx'
    | 'npz'
    | 'omniglot';
  readonly set: ImageSet;
  /** Of a pair list, or of pair folders. */
  readonly pairs?: PairList;
  /** Of each pair, of pair folders. */
  readonly kinds?: readonly PairKind[];
  /** Of couples on disk. */
  readonly couples?: Couples;
}

const EXPECTED =
  'a folder with one sub-folder per class, a folder of couples (…_1_one.png, …_1_two.png), pair folders (positive/…, negative_easy/…, negative_hard/…), a folder of IDX files, ' +
  'a .csv file (path,label[,split] or left,right,similar), an .npz archive, or the word mnist';

/**
 * The data set at a path, by what is found there:
 * | found | read as |
 * |---|---|
 * | nothing, and the path is `mnist` | `readMnist` |
 * | a folder that `samesame datasets get` made | the manifest that stands for it, if it has one |
 * | a folder with `*-images-idx3-ubyte[.gz]` | `readIdxFolder` |
 * | a folder with `alphabets.json` and `images_background.npz` | `readOmniglot` |
 * | a folder where most images are named `…_<i>_one` and `…_<i>_two` | `readCouples` |
 * | a folder of `positive`, `negative_easy` and `negative_hard`, with folders in them | `readPairFolders` |
 * | any other folder | `readFolder` |
 * | a `.csv` file with a column `similar` and none `path` | `readPairList` |
 * | any other `.csv` file | `readManifest` |
 * | an `.npz` file | `readNpz` |
 * @throws E_NOT_FOUND, E_PERMISSION, E_DATA for anything else, and what the reader throws
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<Dataset> {
  checkOptionNames('openDataset', options, ['labels', 'columns', 'name']);
  const { name = path } = options;
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && path === 'mnist') return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  const isCsv = found?.isFile() && extname(path).toLowerCase() === '.csv';
  if (options.columns !== undefined && !isCsv) {
    throw new SamesameError('E_CONFIG', {
      what: `columns were named, but ${path} has none`,
      expected: 'a .csv file',
      help: 'leave out the names of columns',
    });
  }
  if (found === undefined)
    return { format: 'mnist', set: { ...(await readMnist()), name: options.name ?? 'MNIST' } };
  if (found.isDirectory()) return openFolder(path, options);
  switch (extname(path).toLowerCase()) {
    case '.csv':
      return openCsv(path, options);
    case '.npz':
      return { format: 'npz', set: await readNpz(path, name) };
  }
  throw new SamesameError('E_DATA', {
    what: `${path} is not a data set`,
    expected: EXPECTED,
    received: found.isFile() ? `a file named *${extname(path)}` : 'neither a file nor a folder',
    details: { path },
  });
}

async function openFolder(path: string, options: OpenOptions): Promise<Dataset> {
  const { name = path, labels } = options;
  const fileNames = await readdir(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  const [manifest = '.'] = fileNames.includes(FETCHED_FILE) ? ((await readFetched(path))?.data ?? []) : [];
  if (manifest !== '.') return openCsv(join(path, manifest), { ...options, name });
  if (looksLikeIdxFolder(fileNames))
    return { format: 'idx', set: await readIdxFolder(path, { name, labels }) };
  if (looksLikeOmniglot(fileNames)) return { format: 'omniglot', set: await readOmniglot(path, name) };
  const tree = await listImages(path);
  if (looksLikeCouples(tree)) {
    const couples = couplesOf(path, tree, name);
    return { format: 'couples', set: couples.set, couples };
  }
  if (looksLikePairFolders(tree)) return { format: 'pair folders', ...pairFoldersOf(path, tree, name) };
  return { format: 'folder', set: folderSet(path, tree, { name, labels }) };
}

async function openCsv(path: string, options: OpenOptions): Promise<Dataset> {
  const { name = path, columns, labels } = options;
  const text = await readText(path);
  const end = text.indexOf('\n');
  const header = parseCsv(end < 0 ? text : text.slice(0, end), path)[0]?.cells ?? [];
  if (columns !== undefined || header.includes('path') || !header.includes('similar')) {
    return { format: 'manifest', set: await readManifest(path, { name, columns, labels }) };
  }
  return { format: 'pairs', ...(await readPairList(path, name)) };
}
