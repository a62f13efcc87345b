import { SamesameError } from '../../base/errors.ts';
import { createRandom, type Random } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import type { PairList } from '../types.ts';
import { drawDissimilar } from './balanced.ts';
import { emptyPairs } from './list.ts';

export interface CouplePairsOptions {
  /** Pairs from two different categories for each couple. Default 1: balanced. */
  readonly dissimilarPerSimilar?: number;
  /** The couples to use, by number. Default: all. */
  readonly couples?: Int32Array;
  readonly random: Random;
}

/**
 * The couples as similar pairs (image `2i` with `2i + 1`), then `round(dissimilarPerSimilar · numCouples)` dissimilar
 * pairs, each of two different categories drawn uniformly, using only images of the same couples: so pairs of held-out
 * couples share no image with the others.
 * @param labels int32 `[2·numCouples]`: the category of each image
 * @throws E_DATA_ONE_CLASS where dissimilar pairs are asked for and there is one category
 */
export function drawCouplePairs(labels: Int32Array, options: CouplePairsOptions): PairList {
  const { dissimilarPerSimilar = 1, random } = options;
  const couples = options.couples ?? Int32Array.from({ length: labels.length / 2 }, (_, i) => i);
  const numDissimilar = Math.round(dissimilarPerSimilar * couples.length);
  const images = new Int32Array(2 * couples.length);
  const pairs = emptyPairs(couples.length + numDissimilar);
  for (const [i, couple] of couples.entries()) {
    images[2 * i] = pairs.left[i] = 2 * couple;
    images[2 * i + 1] = pairs.right[i] = 2 * couple + 1;
    pairs.similar[i] = 1;
  }
  const groups = groupByClass(labels, images);
  if (numDissimilar > 0 && groups.classes.length < 2) {
    throw new SamesameError('E_DATA_ONE_CLASS', {
      what: 'dissimilar pairs cannot be drawn',
      expected: 'couples of at least two categories (folders)',
      received: `${groups.classes.length} category`,
      help: 'sort the couples into folders by what they show',
    });
  }
  for (let i = couples.length; i < pairs.numPairs; i++) {
    [pairs.left[i], pairs.right[i]] = drawDissimilar(groups, random);
  }
  return pairs;
}

/** Couples at random into a training and a held-out part, by number, ascending. */
export function splitCouples(
  numCouples: number,
  options: { readonly validation?: number; readonly seed?: string | number } = {},
): { readonly train: Int32Array; readonly validation: Int32Array } {
  // .25 is the share of the published protocol.
  const { validation = 0.25, seed = 0 } = options;
  const order = Int32Array.from({ length: numCouples }, (_, i) => i);
  createRandom(seed).fork('split couples').shuffle(order);
  const numHeldOut = Math.round(validation * numCouples);
  return { train: order.slice(numHeldOut).sort(), validation: order.slice(0, numHeldOut).sort() };
}
