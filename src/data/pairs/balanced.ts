import type { Random } from '../../base/random.ts';
import { type ClassGroups, groupByClass } from '../classes.ts';
import type { PairList } from '../types.ts';
import { checkPairable, emptyPairs } from './list.ts';

/**
 * Half similar, half dissimilar pairs, alternating: pair 0 is similar, pair 1 dissimilar, and so on.
 * - Similar: a class drawn uniformly among those with at least two images, then two different images of it.
 * - Dissimilar: two different classes drawn uniformly among all, then an image of each.
 * Images are drawn with replacement from pair to pair. Where published code also pairs an image with itself, this never
 * does: such a pair is free to get right.
 * @param labels int32 `[numImages]`
 * @param indices int32: the images to draw from; unlabelled ones are passed over. Default: all.
 * @param options `numPairs`; `random` decides every draw.
 * @throws E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES where no class has two images
 */
export function drawBalancedPairs(
  labels: Int32Array,
  indices: Int32Array | undefined,
  options: { readonly numPairs: number; readonly random: Random },
): PairList {
  const { numPairs, random } = options;
  const groups = groupByClass(labels, indices);
  checkPairable(groups);
  const pairs = emptyPairs(numPairs);
  const drawSimilar = similarDrawer(groups, random);
  for (let i = 0; i < numPairs; i++) {
    const isSimilar = i % 2 === 0;
    const [left, right] = isSimilar ? drawSimilar() : drawDissimilar(groups, random);
    pairs.left[i] = left;
    pairs.right[i] = right;
    pairs.similar[i] = isSimilar ? 1 : 0;
  }
  return pairs;
}

/** Draws two different images of a class, the class being uniform among those with two images. */
export function similarDrawer({ members }: ClassGroups, random: Random): () => [number, number] {
  const paired = members.filter((images) => images.length >= 2);
  return () => {
    const images = paired[random.integer(paired.length)];
    const first = random.integer(images.length);
    const second = random.integer(images.length - 1);
    return [images[first], images[second < first ? second : second + 1]];
  };
}

/** An image each of two different classes, uniform over classes. */
export function drawDissimilar({ members }: ClassGroups, random: Random): [number, number] {
  const a = random.integer(members.length);
  const b = random.integer(members.length - 1);
  const [left, right] = [members[a], members[b < a ? b : b + 1]];
  return [left[random.integer(left.length)], right[random.integer(right.length)]];
}
