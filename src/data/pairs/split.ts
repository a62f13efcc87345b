import { SamesameError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import type { PairList } from '../types.ts';
import { takePairs } from './list.ts';

/** Pair lists that share no image with each other. */
export interface PairSplits {
  readonly train: PairList;
  readonly validation: PairList;
  readonly test: PairList;
  /** Pairs whose two images fell into different parts: left out, as they would tie the parts together. */
  readonly numDropped: number;
}

/**
 * Splits a list of pairs by *image*: images that similar pairs tie together stay together, and no image is in two parts.
 * Splitting the pairs themselves at random would show every held-out image in training and flatter the number.
 * @param options `validation` and `test`: fractions of the images, default .15 each, 0 for none; `seed` controls which.
 * @throws E_CONFIG for fractions out of range, E_DATA_FEW_IMAGES where a part that was asked for comes out empty
 */
export function splitPairs(
  pairs: PairList,
  options: { readonly validation?: number; readonly test?: number; readonly seed?: string | number } = {},
): PairSplits {
  const { validation = 0.15, test = 0.15, seed = 0 } = options;
  if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
    throw new SamesameError('E_CONFIG', {
      what: 'the fractions of a split of pairs are out of range',
      expected: 'fractions from 0 that leave something to train on',
      received: `validation ${validation}, test ${test}`,
    });
  }
  const groups = tiedImages(pairs);
  createRandom(seed).fork('split pairs').shuffle(groups);
  const numImages = groups.reduce((sum, group) => sum + group.length, 0);
  const partOf = new Map<number, number>();
  const room = [Number.POSITIVE_INFINITY, validation * numImages, test * numImages];
  for (const group of groups) {
    // The held-out part with most room left takes the group, while half of the group fits.
    let part = room[1] >= room[2] ? 1 : 2;
    if (room[part] < group.length / 2) part = 0;
    room[part] -= group.length;
    for (const image of group) partOf.set(image, part);
  }
  const positions: number[][] = [[], [], []];
  let numDropped = 0;
  for (let i = 0; i < pairs.numPairs; i++) {
    const part = partOf.get(pairs.left[i])!;
    if (part === partOf.get(pairs.right[i])) positions[part].push(i);
    else numDropped++;
  }
  const isMissing = (part: number, fraction: number) => fraction > 0 && positions[part].length === 0;
  if (positions[0].length === 0 || isMissing(1, validation) || isMissing(2, test)) {
    throw new SamesameError('E_DATA_FEW_IMAGES', {
      what: 'the pairs cannot be split without sharing images',
      expected: 'several groups of images that no similar pair ties together',
      received: `${groups.length} groups, the largest of ${Math.max(0, ...groups.map((group) => group.length))} images`,
      help: 'hold out a smaller part, add pairs of other things, or give separate lists for training and validation',
      details: { numGroups: groups.length },
    });
  }
  const [train, held, final] = positions.map((list) => takePairs(pairs, list));
  return { train, validation: held, test: final, numDropped };
}

/** Images by what they are tied to through similar pairs (union by the smaller image), in order of first image. */
function tiedImages(pairs: PairList): number[][] {
  const parent = new Map<number, number>();
  const rootOf = (image: number): number => {
    let root = image;
    while (parent.get(root) !== root) root = parent.get(root)!;
    for (let at = image; at !== root; ) {
      const next = parent.get(at)!;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  for (let i = 0; i < pairs.numPairs; i++) {
    for (const image of [pairs.left[i], pairs.right[i]]) if (!parent.has(image)) parent.set(image, image);
    if (pairs.similar[i] < 0.5) continue;
    const [a, b] = [rootOf(pairs.left[i]), rootOf(pairs.right[i])];
    parent.set(Math.max(a, b), Math.min(a, b));
  }
  const groups = new Map<number, number[]>();
  for (const image of [...parent.keys()].sort((a, b) => a - b)) {
    const root = rootOf(image);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [image]);
    else group.push(image);
  }
  return [...groups.values()];
}
