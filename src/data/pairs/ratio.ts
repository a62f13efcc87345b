import { SamesameError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { type ClassGroups, groupByClass } from '../classes.ts';
import type { PairList } from '../types.ts';
import { similarDrawer } from './balanced.ts';
import { checkPairable, emptyPairs } from './list.ts';

export interface RatioPairsOptions {
  /**
   * Which similar pairs:
   * - a number: that many, a class drawn uniformly and two different images of it;
   * - `neighbours`: images i and i + 1 of each class in the order of `indices`, n − 1 of a class of n;
   * - `all`: every pair of each class, n(n − 1)/2 of a class of n.
   */
  readonly similar: number | 'neighbours' | 'all';
  /** Dissimilar pairs for each similar one, from 0. Default 1: balanced, so that .5 is the majority baseline. */
  readonly dissimilarPerSimilar?: number;
  readonly random: Random;
  /** Refuses more pairs than this. Default 10 million: 120 MB. */
  readonly maxPairs?: number;
}

/**
 * Similar pairs, then `round(dissimilarPerSimilar · numSimilar)` dissimilar ones. The left images of the dissimilar
 * pairs go round over all images in shuffled order, so that each is used equally often; the right one is of a class
 * drawn uniformly among the others.
 * @param labels int32 `[numImages]`
 * @param indices int32: the images to pair. Default: all.
 * @throws E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES, E_DATA past `maxPairs`, E_CONFIG
 */
export function drawRatioPairs(
  labels: Int32Array,
  indices: Int32Array | undefined,
  options: RatioPairsOptions,
): PairList {
  const { similar, dissimilarPerSimilar = 1, random, maxPairs = 10_000_000 } = options;
  if (!(dissimilarPerSimilar >= 0)) {
    throw new SamesameError('E_CONFIG', {
      what: 'dissimilarPerSimilar is out of range',
      expected: 'a number from 0',
      received: String(dissimilarPerSimilar),
    });
  }
  const groups = groupByClass(labels, indices);
  checkPairable(groups);
  const numSimilar = countSimilar(groups, similar);
  const numDissimilar = Math.round(dissimilarPerSimilar * numSimilar);
  if (numSimilar + numDissimilar > maxPairs) {
    throw new SamesameError('E_DATA', {
      what: `${numSimilar} similar and ${numDissimilar} dissimilar pairs are too many to list`,
      expected: `at most ${maxPairs}`,
      help: 'draw a number of similar pairs instead of all, or raise maxPairs',
      details: { numSimilar, numDissimilar, maxPairs },
    });
  }
  const pairs = emptyPairs(numSimilar + numDissimilar);
  pairs.similar.fill(1, 0, numSimilar);
  fillSimilar(pairs, groups, options, numSimilar);
  fillDissimilar(pairs, groups, random, numSimilar);
  return pairs;
}

function countSimilar({ members }: ClassGroups, similar: RatioPairsOptions['similar']): number {
  if (similar === 'all') return members.reduce((sum, { length: n }) => sum + (n * (n - 1)) / 2, 0);
  if (similar === 'neighbours') return members.reduce((sum, { length: n }) => sum + n - 1, 0);
  return similar;
}

function fillSimilar(
  pairs: PairList,
  groups: ClassGroups,
  { similar, random }: RatioPairsOptions,
  numSimilar: number,
): void {
  let at = 0;
  const put = (left: number, right: number) => {
    pairs.left[at] = left;
    pairs.right[at++] = right;
  };
  if (typeof similar === 'number') {
    const draw = similarDrawer(groups, random);
    while (at < numSimilar) put(...draw());
    return;
  }
  for (const images of groups.members) {
    for (let i = 0; i < images.length; i++) {
      const end = similar === 'all' ? images.length : Math.min(i + 2, images.length);
      for (let j = i + 1; j < end; j++) put(images[i], images[j]);
    }
  }
}

function fillDissimilar(pairs: PairList, { members }: ClassGroups, random: Random, start: number): void {
  const numImages = members.reduce((sum, images) => sum + images.length, 0);
  const images = new Int32Array(numImages);
  const classOf = new Int32Array(numImages);
  let filled = 0;
  for (const [c, group] of members.entries()) {
    images.set(group, filled);
    classOf.fill(c, filled, filled + group.length);
    filled += group.length;
  }
  const order = random.shuffle(Int32Array.from(images, (_, i) => i));
  for (let i = start; i < pairs.numPairs; i++) {
    const anchor = order[(i - start) % numImages];
    const other = random.integer(members.length - 1);
    const group = members[other < classOf[anchor] ? other : other + 1];
    pairs.left[i] = images[anchor];
    pairs.right[i] = group[random.integer(group.length)];
  }
}
