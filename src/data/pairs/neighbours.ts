import { SamesameError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import type { PairList } from '../types.ts';
import { checkPairable, emptyPairs } from './list.ts';

/**
 * The pairs of the published experiment on flowers. Of each class the first n images are used, n being the size of the
 * smallest class with at least two images; for i from 0 to n − 2 the similar pair is (i, i + 1) of the class, and the
 * dissimilar one is image i with image i of another class, drawn uniformly. Similar and dissimilar pairs alternate:
 * `2 · C · (n − 1)` pairs of C classes.
 *
 * That count is the published one: Oxford Flowers 102 has 40 images in its smallest class, so a split of 80 to 20 leaves
 * 32 and 8 of it, and 2 · 102 · 31 = 6,324 pairs to train on and 2 · 102 · 7 = 1,428 to validate with. Where a third part
 * is held out as well, fewer are left.
 * @param labels int32 `[numImages]`
 * @param indices int32: the images to pair, in the order that counts them; unlabelled ones are passed over. Default: all.
 * @param random decides the other class of each dissimilar pair
 * @throws E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES where fewer than two classes have two images
 */
export function drawNeighbourPairs(
  labels: Int32Array,
  indices: Int32Array | undefined,
  { random }: { readonly random: Random },
): PairList {
  const groups = groupByClass(labels, indices);
  checkPairable(groups);
  const classes = groups.members.filter((images) => images.length >= 2);
  if (classes.length < 2) {
    throw new SamesameError('E_DATA_FEW_IMAGES', {
      what: 'pairs of neighbours cannot be drawn',
      expected: 'at least two classes with two images each',
      received: `one class with two images or more, of ${groups.members.length} classes`,
      help: 'add images, or draw pairs another way (--pair-draw list)',
    });
  }
  const numImages = Math.min(...classes.map((images) => images.length));
  const pairs = emptyPairs(2 * classes.length * (numImages - 1));
  let at = 0;
  const put = (left: number, right: number, similar: number) => {
    pairs.left[at] = left;
    pairs.right[at] = right;
    pairs.similar[at++] = similar;
  };
  for (const [c, images] of classes.entries()) {
    for (let i = 0; i < numImages - 1; i++) {
      put(images[i], images[i + 1], 1);
      const other = random.integer(classes.length - 1);
      put(images[i], classes[other < c ? other : other + 1][i], 0);
    }
  }
  return pairs;
}
