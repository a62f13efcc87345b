import { createRandom } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import { checkPairable, emptyPairs } from '../pairs/list.ts';
import type { PairSampler } from './pairs.ts';

export interface ClassPairSamplerOptions {
  /** int32 `[numImages]` */
  readonly labels: Int32Array;
  /** int32: the images to draw from; unlabelled ones are passed over. Default: all. */
  readonly indices?: Int32Array;
  /** Batches in an epoch. Default: as many as show as many images as there are, at least one. */
  readonly numBatches?: number;
  readonly seed: string | number;
}

/**
 * Batches of one similar pair of each of C classes, then one dissimilar pair of each two classes: `C + C(C−1)/2` pairs, 55
 * for ten digits. Images are drawn anew for each pair, and the two of a similar pair differ. A class of one image has no
 * similar pair and gives up its place to another class, drawn uniformly.
 * - Every batch shows every confusion there can be, equally often; there are C(C−1)/2 of them, so this is for few classes.
 * @throws E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES where no class has two images
 * @source the sampler of public reproductions of Hadsell, Chopra & LeCun 2006
 */
export function createClassPairSampler(options: ClassPairSamplerOptions): PairSampler {
  const { labels, indices, seed } = options;
  const groups = groupByClass(labels, indices);
  checkPairable(groups);
  const { members } = groups;
  const paired = members.filter((images) => images.length >= 2);
  const numClasses = members.length;
  const batchSize = numClasses + (numClasses * (numClasses - 1)) / 2;
  const numImages = members.reduce((sum, images) => sum + images.length, 0);
  const { numBatches = Math.ceil(numImages / (2 * batchSize)) } = options;
  const seeded = createRandom(seed);
  return {
    batchSize,
    numBatches,
    *batches(epoch) {
      const random = seeded.fork('class pairs', epoch);
      const pick = (images: Int32Array) => images[random.integer(images.length)];
      for (let b = 0; b < numBatches; b++) {
        const pairs = emptyPairs(batchSize);
        members.forEach((own, c) => {
          const images = own.length >= 2 ? own : paired[random.integer(paired.length)];
          const first = random.integer(images.length);
          const second = random.integer(images.length - 1);
          pairs.left[c] = images[first];
          pairs.right[c] = images[second < first ? second : second + 1];
          pairs.similar[c] = 1;
        });
        let at = numClasses;
        for (let a = 0; a < numClasses; a++) {
          for (let c = a + 1; c < numClasses; c++) {
            pairs.left[at] = pick(members[a]);
            pairs.right[at++] = pick(members[c]);
          }
        }
        yield pairs;
      }
    },
  };
}
