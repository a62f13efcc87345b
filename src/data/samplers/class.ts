import { SamesameError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import { createDecks, createDrawer } from './decks.ts';
import type { BatchSampler } from './sampler.ts';
import { checkBatch } from './shuffled.ts';

export interface ClassSamplerOptions {
  /** int32 `[numImages]` */
  readonly labels: Int32Array;
  /** int32: the images to draw from; unlabelled ones are passed over. Default: all. */
  readonly indices?: Int32Array;
  readonly classesPerBatch: number;
  readonly imagesPerClass: number;
  /** Batches in an epoch. Default: about one visit an image. */
  readonly numBatches?: number;
  readonly seed: string | number;
}

/**
 * Batches of `imagesPerClass` images of each of `classesPerBatch` classes, class by class: every batch then holds
 * similar and dissimilar pairs in a fixed number, however rare one class is among many.
 * - Unless it is told, an epoch is `ceil(numImages / batchSize)` batches, about one visit an image: classes are drawn in proportion to the
 *   images that the epoch has not shown yet, and a class hands out its images in shuffled order.
 * - A class with fewer images than `imagesPerClass` repeats them within a batch; otherwise a batch has no repeats.
 * - A class holding more than `1/classesPerBatch` of all images is shown in every batch, and still not all of it.
 * - A batch costs O(batchSize + classesPerBatch·log numClasses), whatever the size of the set.
 * @throws E_CONFIG where there are fewer classes than `classesPerBatch`, E_DATA_EMPTY
 * @source Hermans, Beyer & Leibe 2017, "In defense of the triplet loss", PK batches
 */
export function createClassSampler(options: ClassSamplerOptions): BatchSampler {
  const { labels, indices, classesPerBatch, imagesPerClass, seed } = options;
  const { members } = groupByClass(labels, indices);
  const numImages = members.reduce((sum, images) => sum + images.length, 0);
  const batchSize = classesPerBatch * imagesPerClass;
  checkBatch(numImages, classesPerBatch);
  checkBatch(numImages, imagesPerClass);
  if (members.length < classesPerBatch) {
    throw new SamesameError('E_CONFIG', {
      what: 'a batch asks for more classes than there are',
      expected: `classesPerBatch of at most ${members.length}`,
      received: String(classesPerBatch),
      help: 'take fewer classes and more images of each: chooseClassBatch does',
      details: { numClasses: members.length },
    });
  }
  const seeded = createRandom(seed);
  const numBatches = options.numBatches ?? Math.ceil(numImages / batchSize);
  return {
    batchSize,
    numBatches,
    *batches(epoch) {
      const random = seeded.fork('class', epoch);
      const drawClasses = createDrawer(
        members.map((images) => images.length),
        imagesPerClass,
        random,
      );
      const decks = createDecks(members, random);
      for (let b = 0; b < numBatches; b++) {
        const batch = new Int32Array(batchSize);
        let at = 0;
        for (const c of drawClasses(classesPerBatch)) {
          decks.deal(c, batch.subarray(at, at + imagesPerClass));
          at += imagesPerClass;
        }
        yield batch;
      }
    },
  };
}

/**
 * How many classes and how many images of each make a batch of about `batchSize`: `imagesPerClass` images (default 4:
 * six similar pairs a class, and most of the batch left for other classes) of as many classes as fit; with few classes
 * all of them and more images of each.
 * @returns `classesPerBatch · imagesPerClass ≤ batchSize`, but at least 2 · 2.
 */
export function chooseClassBatch(
  numClasses: number,
  batchSize: number,
  imagesPerClass = 4,
): { readonly classesPerBatch: number; readonly imagesPerClass: number } {
  const classesPerBatch = Math.max(2, Math.min(numClasses, Math.floor(batchSize / imagesPerClass)));
  return { classesPerBatch, imagesPerClass: Math.max(2, Math.floor(batchSize / classesPerBatch)) };
}
