import { SamesameError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import type { PairList } from '../types.ts';
import { checkPairable, emptyPairs } from './list.ts';

export interface IndexedPairsOptions {
  /** The nearest images to one, nearest first, as an index of embeddings finds them; itself may be among them. */
  readonly neighboursOf: (image: number) => ArrayLike<number>;
  /** Most dissimilar pairs that an image begins. Default 1. */
  readonly negativesPerImage?: number;
  /** Decides the similar pairs. */
  readonly random: Random;
}

/**
 * Hard pairs from an index that was built before: each image with the nearest of its neighbours that are of other classes
 * (dissimilar), and for each of those a random other image of its own class (similar). An image without a neighbour of
 * another class begins no pair, nor does one alone in its class. Time and memory are those of one search an image.
 * @param labels int32 `[numImages]`; unlabelled images are passed over, as neighbours too
 * @param indices int32: the images that begin pairs
 * @returns similar and dissimilar pairs by turns, as many of each
 * @throws E_CONFIG, E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES
 */
export function drawIndexedPairs(
  labels: Int32Array,
  indices: Int32Array,
  { neighboursOf, negativesPerImage = 1, random }: IndexedPairsOptions,
): PairList {
  if (!Number.isInteger(negativesPerImage) || negativesPerImage < 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'negativesPerImage is out of range',
      expected: 'a whole number from 1',
      received: String(negativesPerImage),
    });
  }
  const groups = groupByClass(labels, indices);
  checkPairable(groups);
  const membersOf = new Map(Array.from(groups.classes, (label, c) => [label, groups.members[c]]));
  const found: [number, number, number][] = [];
  for (const image of indices) {
    const members = membersOf.get(labels[image]);
    if (members === undefined || members.length < 2) continue;
    const others = Array.from(neighboursOf(image)).filter(
      (other) => labels[other] >= 0 && labels[other] !== labels[image],
    );
    for (const other of others.slice(0, negativesPerImage)) {
      const place = random.integer(members.length - 1);
      found.push([image, members[place] === image ? members[members.length - 1] : members[place], 1]);
      found.push([image, other, 0]);
    }
  }
  const pairs = emptyPairs(found.length);
  for (const [i, [left, right, similar]] of found.entries()) {
    pairs.left[i] = left;
    pairs.right[i] = right;
    pairs.similar[i] = similar;
  }
  return pairs;
}
