import { join } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { emptyPairs } from '../pairs/list.ts';
import type { ImageSet, PairList } from '../types.ts';
import { type ImageTree, listImages } from './walk.ts';

/** What the two images of a folder are to each other: the names of the first level. */
export const PAIR_KINDS = ['positive', 'negative_easy', 'negative_hard'] as const;
export type PairKind = (typeof PAIR_KINDS)[number];

/** Pairs that lie in folders of their own. */
export interface PairFolders {
  /** Unlabelled: pair `i` is image `2i` with image `2i + 1`. */
  readonly set: ImageSet;
  readonly pairs: PairList;
  /** Of each pair. */
  readonly kinds: readonly PairKind[];
}

/** Folders that an error lists. */
const MAX_NAMED = 5;

/**
 * The pairs of a folder `{positive,negative_easy,negative_hard}/<category>/`, each with two images of any format. Similar
 * are those of `positive`; the negatives are told apart by how much alike they look.
 * @throws E_DATA where a folder holds one image, or three: the message names some; E_DATA_EMPTY, E_NOT_FOUND, E_PERMISSION
 * @example
 * const { set, pairs, kinds } = await readPairFolders('test-pairs');
 * kinds[0]; // 'positive'
 */
export async function readPairFolders(folder: string, name = folder): Promise<PairFolders> {
  return pairFoldersOf(folder, await listImages(folder), name);
}

/** Whether all images of a tree lie in folders of these kinds, `positive` among them, and one of the negatives. */
export function looksLikePairFolders(tree: ImageTree): boolean {
  const kinds = new Set<string>();
  for (const path of tree.paths) {
    const [kind, ...rest] = path.split('/');
    if (rest.length < 2 || !isKind(kind)) return false;
    kinds.add(kind);
  }
  return kinds.has('positive') && kinds.size >= 2;
}

/** `readPairFolders` over a tree that is already listed. */
export function pairFoldersOf(folder: string, tree: ImageTree, name: string): PairFolders {
  const members = new Map<string, string[]>();
  for (const path of tree.paths) {
    const below = path.slice(0, path.lastIndexOf('/'));
    if (!isKind(path.split('/')[0]) || !below.includes('/')) continue;
    members.set(below, [...(members.get(below) ?? []), path]);
  }
  if (members.size === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `${folder} holds no pair`,
      expected: `${PAIR_KINDS.join('/…, ')}/…: in each a folder for each pair, with two images`,
      received: `${tree.paths.length} images elsewhere`,
      details: { path: folder },
    });
  }
  const odd = [...members].filter(([, images]) => images.length !== 2);
  if (odd.length > 0) throw notTwo(folder, odd);
  const kinds = [...members.keys()].map((below) => below.split('/')[0] as PairKind);
  const pairs = emptyPairs(kinds.length);
  for (const [i, kind] of kinds.entries()) {
    pairs.left[i] = 2 * i;
    pairs.right[i] = 2 * i + 1;
    pairs.similar[i] = kind === 'positive' ? 1 : 0;
  }
  const paths = [...members.values()].flat();
  const { numOther, unreadableFolders } = tree;
  const set: ImageSet = {
    name,
    numImages: paths.length,
    labels: new Int32Array(paths.length).fill(-1),
    classNames: [],
    skipped: { numOther, numUnlabelled: tree.paths.length - paths.length, unreadableFolders },
    id: (index) => paths[index],
    pixels: { kind: 'encoded', path: (index) => join(folder, paths[index]) },
  };
  return { set, pairs, kinds };
}

function notTwo(folder: string, odd: readonly (readonly [below: string, images: string[]])[]): SamesameError {
  const named = odd.slice(0, MAX_NAMED).map(([below, { length }]) => `${below} has ${length}`);
  return new SamesameError('E_DATA', {
    what: `folders of ${folder} do not hold a pair`,
    expected: 'two images in each',
    received: `${named.join(', ')}${odd.length > MAX_NAMED ? `, and ${odd.length - MAX_NAMED} more` : ''}`,
    help: 'leave two images in each of them; a pair of another kind gets a folder of its own',
    details: { path: folder, folders: odd.map(([below]) => below) },
  });
}

function isKind(name: string): name is PairKind {
  return (PAIR_KINDS as readonly string[]).includes(name);
}
