import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import { checkOptionNames } from '../base/suggest.ts';
import { groupOfClass } from './class-groups.ts';
import type { SplitOptions, Splits } from './splits.ts';
import type { ImageSet, SplitName } from './types.ts';

const HELD_OUT = ['validation', 'test'] as const;

/**
 * Splits whole groups of classes (`Greek/character01` is of the group `Greek`), so that validation and test hold groups
 * that training never saw: alphabets, makers, patients.
 * - A part that the source assigns is kept: Omniglot's evaluation alphabets stay its test part.
 * - A part that the source does not have is drawn from the groups of its train images; fractions and counts are of groups.
 *   Every part that is asked for gets at least one.
 * - Unlabelled images are in no part.
 * @throws E_CONFIG where classes have no groups, where the source's parts share a class, or for fractions out of range;
 *   E_DATA_FEW_IMAGES where there are too few groups
 * @example
 * splitByGroup(await readOmniglot('omniglot'), { validation: 3 }); // 27 alphabets, 3 alphabets, 20 alphabets
 */
export function splitByGroup(
  set: Pick<ImageSet, 'labels' | 'classNames' | 'splits'>,
  options: SplitOptions = {},
): Splits {
  checkOptionNames('splitByGroup', options, ['validation', 'test', 'seed', 'indices']);
  const { seed = 0 } = options;
  const indices = options.indices ?? Int32Array.from(set.labels, (_, i) => i);
  const assigned: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  for (const index of indices)
    if (set.labels[index] >= 0) assigned[set.splits?.[index] ?? 'train'].push(index);
  checkApart(set, assigned);
  const groups = new Map<string, number[]>();
  for (const index of assigned.train) {
    const group = groupOfClass(set.classNames[set.labels[index]]);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [index]);
    else members.push(index);
  }
  if (groups.has('')) {
    throw new SamesameError('E_CONFIG', {
      what: 'the classes have no groups to split by',
      expected: 'classes named group/name, as a folder group/name/image.png gives them',
      received: set.classNames[set.labels[groups.get('')![0]]],
      help: 'split by class or by image',
    });
  }
  const parts = HELD_OUT.filter((part) => assigned[part].length === 0);
  const counts = parts.map((part) => numHeldOut(part, options[part] ?? 0.15, groups.size));
  const needed = counts.reduce((sum, count) => sum + count, 1);
  if (groups.size < needed) {
    throw new SamesameError('E_DATA_FEW_IMAGES', {
      what: 'there are too few groups of classes to split by group',
      expected: `at least ${needed}`,
      received: `${groups.size} groups`,
      help: 'split by class',
      details: { numGroups: groups.size, needed },
    });
  }
  const order = createRandom(seed)
    .fork('split by group')
    .shuffle([...groups.keys()].sort());
  for (const [p, part] of parts.entries()) {
    for (const group of order.splice(0, counts[p])) assigned[part].push(...groups.get(group)!);
  }
  return {
    train: Int32Array.from(order.flatMap((group) => groups.get(group)!)).sort(),
    validation: Int32Array.from(assigned.validation).sort(),
    test: Int32Array.from(assigned.test).sort(),
  };
}

function numHeldOut(part: SplitName, asked: number, numGroups: number): number {
  if (!(asked >= 0) || (asked >= 1 && !Number.isInteger(asked))) {
    throw new SamesameError('E_CONFIG', {
      what: `the size of the ${part} part is out of range`,
      expected: 'a fraction from 0 to below 1, or a whole number of groups',
      received: String(asked),
    });
  }
  if (asked === 0) return 0;
  return asked < 1 ? Math.max(1, Math.round(asked * numGroups)) : asked;
}

/** @throws E_CONFIG where a class is in two of the source's parts */
function checkApart(
  { labels, classNames }: Pick<ImageSet, 'labels' | 'classNames'>,
  assigned: Readonly<Record<SplitName, readonly number[]>>,
): void {
  const partOf = new Map<number, string>();
  for (const [part, images] of Object.entries(assigned)) {
    for (const image of images) {
      const known = partOf.get(labels[image]);
      if (known !== undefined && known !== part) {
        throw new SamesameError('E_CONFIG', {
          what: 'the parts of this data set share classes, so it cannot be split by group',
          expected: 'each class in one part',
          received: `${classNames[labels[image]]} in ${known} and ${part}`,
          help: 'split by class, which does not use the parts of the source, or by image',
        });
      }
      partOf.set(labels[image], part);
    }
  }
}
