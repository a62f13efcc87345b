import { SamesameError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import { createDecks, createDrawer } from './decks.ts';
import type { BatchSampler } from './sampler.ts';
import { checkBatch } from './shuffled.ts';

export interface GroupSamplerOptions {
  /** int32 `[numImages]`. */
  readonly labels: Int32Array;
  /** int32: the images to draw from. Default: all. */
  readonly indices?: Int32Array;
  /** The group of each class, by label: for characters their alphabet. */
  readonly groupOf: (label: number) => number | string;
  readonly groupsPerBatch: number;
  /** Classes a batch, spread evenly over its groups. */
  readonly classesPerBatch: number;
  readonly imagesPerClass: number;
  /** Batches in an epoch. Default: about one visit an image. */
  readonly numBatches?: number;
  readonly seed: string | number;
}

/**
 * Batches of images whose classes come from a few groups: what has to be told apart is then alike, as the characters of
 * one alphabet are, and training sees tasks as hard as those that it is measured by.
 * - Unless it is told, an epoch is `ceil(numImages / batchSize)` batches; groups are drawn in proportion to the images that the epoch has
 *   not shown yet, and a group hands out its classes, a class its images, in shuffled order.
 * - A group with fewer classes than its share of the batch shows some of them twice, with other images.
 * @throws E_CONFIG where there are fewer groups than `groupsPerBatch` or fewer classes asked for than groups; E_DATA_EMPTY
 */
export function createGroupSampler(options: GroupSamplerOptions): BatchSampler {
  const { labels, indices, groupOf, groupsPerBatch, classesPerBatch, imagesPerClass, seed } = options;
  const { classes, members } = groupByClass(labels, indices);
  const groups = groupClasses(classes, groupOf);
  const numImages = members.reduce((sum, images) => sum + images.length, 0);
  checkBatch(numImages, imagesPerClass);
  checkGroups(groups.length, groupsPerBatch, classesPerBatch);
  const batchSize = classesPerBatch * imagesPerClass;
  const numBatches = options.numBatches ?? Math.ceil(numImages / batchSize);
  const sizes = groups.map((group) => group.reduce((sum, c) => sum + members[c].length, 0));
  const seeded = createRandom(seed);
  return {
    batchSize,
    numBatches,
    *batches(epoch) {
      const random = seeded.fork('group', epoch);
      const drawGroups = createDrawer(sizes, batchSize / groupsPerBatch, random);
      const classDecks = createDecks(groups, random);
      const imageDecks = createDecks(members, random);
      for (let b = 0; b < numBatches; b++) {
        const batch = new Int32Array(batchSize);
        let at = 0;
        for (const [i, group] of drawGroups(groupsPerBatch).entries()) {
          const end = Math.floor(((i + 1) * classesPerBatch) / groupsPerBatch);
          const hand = new Int32Array(end - at / imagesPerClass);
          classDecks.deal(group, hand);
          for (const c of hand) {
            imageDecks.deal(c, batch.subarray(at, at + imagesPerClass));
            at += imagesPerClass;
          }
        }
        yield batch;
      }
    },
  };
}

/** Positions in `classes` of each group, groups in the order in which they come. */
function groupClasses(classes: Int32Array, groupOf: GroupSamplerOptions['groupOf']): Int32Array[] {
  const groups = new Map<number | string, number[]>();
  for (const [c, label] of classes.entries()) {
    const group = groupOf(label);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [c]);
    else known.push(c);
  }
  return [...groups.values()].map((group) => Int32Array.from(group));
}

function checkGroups(numGroups: number, groupsPerBatch: number, classesPerBatch: number): void {
  const most = Math.min(numGroups, classesPerBatch);
  if (Number.isInteger(groupsPerBatch) && groupsPerBatch >= 1 && groupsPerBatch <= most) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the number of groups in a batch is out of range',
    expected: `a whole number from 1 to ${most}: there are ${numGroups} groups, and ${classesPerBatch} classes in a batch`,
    received: String(groupsPerBatch),
    help: 'take fewer groups a batch, or larger batches',
    details: { numGroups, classesPerBatch },
  });
}
