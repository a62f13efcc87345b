import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import { checkOptionNames } from '../base/suggest.ts';
import { groupByClass } from './classes.ts';
import type { ImageSet, SplitName } from './types.ts';

/** Indices into one set, int32 and ascending; no index is in two parts. */
export interface Splits {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export interface SplitOptions {
  /** Part held out for choosing: a fraction below 1, or a whole number from 1. Default .15. 0 for none. */
  readonly validation?: number;
  /** Part held out for the final number. Default .15. 0 for none. */
  readonly test?: number;
  /** Controls which images (or classes) go where. Default 0. */
  readonly seed?: string | number;
  /** The images to split. Default: all. */
  readonly indices?: Int32Array;
}

export interface SplitByImageOptions extends SplitOptions {
  /** Whether each class is split by itself. Default true: a rare class is then in every part. */
  readonly stratify?: boolean;
}

const HELD_OUT = ['validation', 'test'] as const;
const OPTION_NAMES = ['validation', 'test', 'seed', 'indices', 'stratify'];

/**
 * Splits images at random, each class by itself.
 * - A split that the source assigns is kept. A part that the source does not have is drawn from its train images
 *   (and those without a split): MNIST with `validation: 10_000` becomes 50,000 / 10,000 / 10,000.
 * - The total of each drawn part is exact: rounding differences go to the classes nearest to half an image.
 * - Then small classes are helped: a class with fewer than 2 images in a drawn part gets 2 there, or else 1, as long as
 *   train keeps 2 of them and at least half of the class. So a class of 4 gives 2 to validation, a class of 3 gives 1,
 *   and classes of 1 or 2 stay in train.
 * - Unlabelled images are split as if they were one class.
 * @param set its `labels` and, where the source has them, `splits`
 * @throws E_CONFIG for fractions out of range or that leave nothing to train on
 * @example
 * splitByImage(set, { validation: 0.1, test: 0.1, seed: 7 }); // { train, validation, test }
 */
export function splitByImage(
  set: Pick<ImageSet, 'labels' | 'splits'>,
  options: SplitByImageOptions = {},
): Splits {
  checkOptionNames('splitByImage', options, OPTION_NAMES);
  const { seed = 0, stratify = true } = options;
  const indices = options.indices ?? Int32Array.from(set.labels, (_, i) => i);
  const assigned = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  for (const index of indices) assigned[set.splits?.[index] ?? 'train'].push(index);
  const pool = Int32Array.from(assigned.train);
  const parts = HELD_OUT.filter((part) => assigned[part].length === 0);
  const wanted = parts.map((part) => numWanted(part, options[part], pool.length));
  checkRest(wanted, pool.length, 'images');

  const groups = stratify ? classesOf(set.labels, pool) : [pool.slice()];
  const sizes = groups.map((group) => group.length);
  const left = sizes.slice();
  const drawn = wanted.map((total) => {
    const counts = apportion(total, sizes, left);
    for (const [c, count] of counts.entries()) left[c] -= count;
    return counts;
  });
  for (const [p, counts] of drawn.entries()) {
    for (const [c, count] of counts.entries()) {
      if (stratify && wanted[p] > 0) counts[c] += topUp(count, left, c, sizes[c]);
    }
  }

  const random = createRandom(seed).fork('split by image');
  const trained: number[] = [];
  for (const [c, group] of groups.entries()) {
    random.shuffle(group);
    let at = 0;
    for (const [p, part] of parts.entries()) {
      for (const end = at + drawn[p][c]; at < end; at++) assigned[part].push(group[at]);
    }
    for (; at < group.length; at++) trained.push(group[at]);
  }
  return {
    train: Int32Array.from(trained).sort(),
    validation: Int32Array.from(assigned.validation).sort(),
    test: Int32Array.from(assigned.test).sort(),
  };
}

/**
 * Splits classes at random, so that validation and test hold classes that training never saw: the number that says how
 * a metric does on new things. Fractions and counts are of classes. The source's own splits are not used, as they
 * mostly share classes; unlabelled images are in no part.
 * Every part that is asked for gets at least 2 classes, since one class has no dissimilar pair.
 * @throws E_CONFIG for fractions out of range, E_DATA_FEW_IMAGES where there are too few classes
 */
export function splitByClass(set: Pick<ImageSet, 'labels'>, options: SplitOptions = {}): Splits {
  checkOptionNames('splitByClass', options, OPTION_NAMES);
  const { seed = 0 } = options;
  const { members } = groupByClass(set.labels, options.indices);
  const numClasses = members.length;
  const wanted = HELD_OUT.map((part) => numWanted(part, options[part], numClasses));
  const counts = wanted.map((count) => (count === 0 ? 0 : Math.max(2, count)));
  checkRest(wanted, numClasses, 'classes');
  const needed = counts[0] + counts[1] + 2;
  if (numClasses < needed) {
    throw new SamesameError('E_DATA_FEW_IMAGES', {
      what: 'there are too few classes to split by class',
      expected: `at least ${needed}: 2 to train on, ${counts[0]} for validation, ${counts[1]} for test`,
      received: `${numClasses} classes`,
      help: 'split by image, or leave out the test part (test: 0)',
      details: { numClasses, needed },
    });
  }
  const order = Int32Array.from({ length: numClasses }, (_, c) => c);
  createRandom(seed).fork('split by class').shuffle(order);
  const take = (from: number, to: number) =>
    Int32Array.from(Array.from(order.subarray(from, to)).flatMap((c) => Array.from(members[c]))).sort();
  return {
    validation: take(0, counts[0]),
    test: take(counts[0], counts[0] + counts[1]),
    train: take(counts[0] + counts[1], numClasses),
  };
}

function classesOf(labels: Int32Array, pool: Int32Array): Int32Array[] {
  const { members } = groupByClass(labels, pool);
  const unlabelled = pool.filter((index) => labels[index] < 0);
  return unlabelled.length > 0 ? [...members, unlabelled] : [...members];
}

function numWanted(part: SplitName, asked = 0.15, total: number): number {
  if (!(asked >= 0) || (asked >= 1 && !Number.isInteger(asked))) {
    throw new SamesameError('E_CONFIG', {
      what: `the size of the ${part} part is out of range`,
      expected: 'a fraction from 0 to below 1, or a whole number',
      received: String(asked),
    });
  }
  return asked < 1 ? Math.round(asked * total) : asked;
}

function checkRest(wanted: readonly number[], total: number, things: string): void {
  const sum = wanted.reduce((a, b) => a + b, 0);
  if (sum === 0 || sum < total) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the held-out parts leave nothing to train on',
    expected: `fewer than the ${total} ${things} there are`,
    received: `${wanted.join(' + ')}`,
  });
}

/**
 * Whole numbers that add up to `total`, proportional to `sizes`, by largest remainder (Hamilton); none above what is
 * left, which another part may have taken from.
 */
function apportion(total: number, sizes: readonly number[], left: readonly number[]): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((size) => (sum === 0 ? 0 : (total * size) / sum));
  const counts = exact.map(Math.floor);
  let missing = total - counts.reduce((a, b) => a + b, 0);
  const byRemainder = counts
    .map((_, c) => c)
    .sort((a, b) => exact[b] - counts[b] - (exact[a] - counts[a]) || a - b);
  while (missing > 0) {
    const open = byRemainder.filter((c) => counts[c] < left[c]);
    if (open.length === 0) break;
    for (const c of open.slice(0, missing)) {
      counts[c]++;
      missing--;
    }
  }
  return counts;
}

/** How many images more a class gives to a part that has `count` of it; `left[c]` is what train has, and shrinks. */
function topUp(count: number, left: number[], c: number, size: number): number {
  for (const goal of [2, 1]) {
    const more = goal - count;
    if (more <= 0 || left[c] - more < Math.max(2, size / 2)) continue;
    left[c] -= more;
    return more;
  }
  return 0;
}
