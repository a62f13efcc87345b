import { SamesameError } from '../../../base/errors.ts';
import { checkTrainable, groupByClass } from '../../classes.ts';
import { splitByImage } from '../../splits.ts';
import type { Check, Examined, Finding } from '../types.ts';
import { countOf, namesOf } from '../words.ts';

/** Two images of a class in each held-out part, and half of them left to train on. */
const SPLITTABLE = 8;
const MAX_BALANCE = 10;
const HELD_OUT_SHARE = 0.15;
/** Fewer classes than these cannot be held out whole. */
const MIN_CLASSES_TO_HOLD_OUT = 6;

/** Whether there are enough classes, and enough in each, to make pairs of and to hold out. */
export const checkClasses: Check = (examined) => {
  const { set, namesPairs } = examined;
  if (namesPairs) return [];
  const usable = usableOf(examined);
  try {
    checkTrainable(set, usable);
  } catch (error) {
    if (!(error instanceof SamesameError)) throw error;
    const [what, ...parts] = error.message.split('\n  ');
    const advice =
      parts.find((part) => /^help: /.test(part)) ?? parts.find((part) => /^expected: /.test(part));
    return [
      {
        check: 'class-labels',
        severity: 'error',
        title: what,
        advice: sentence(advice?.replace(/^\w+: /, '') ?? 'add images'),
        groups: [],
      },
    ];
  }
  const { classes, members } = groupByClass(set.labels, usable);
  const sizes = Array.from(classes, (label, c) => ({
    name: set.classNames[label],
    count: members[c].length,
  }));
  return [
    ...lonely(sizes, members),
    ...small(sizes, set.splits !== undefined),
    ...heldOut(examined, usable, classes.length),
    ...balance(sizes),
  ];
};

interface ClassSize {
  readonly name: string;
  readonly count: number;
}

/** Images that can be read, as far as that is known. */
function usableOf({ set, images }: Examined): Int32Array {
  const isBad = new Uint8Array(set.numImages);
  for (const { index, problem } of images) if (problem !== undefined) isBad[index] = 1;
  return Int32Array.from({ length: set.numImages }, (_, i) => i).filter((i) => isBad[i] === 0);
}

function lonely(sizes: readonly ClassSize[], members: readonly Int32Array[]): Finding[] {
  const found = sizes.flatMap(({ name, count }, c) => (count === 1 ? [{ name, image: members[c][0] }] : []));
  if (found.length === 0) return [];
  return [
    {
      check: 'lonely-classes',
      severity: 'warning',
      title: `${countOf(found.length, 'class has', 'classes have')} one image: ${namesOf(found.map(({ name }) => name))}`,
      advice: 'Add a second image of each: alone, it is in no pair of the same thing.',
      groups: found.map(({ name, image }) => ({ images: [image], caption: name })),
    },
  ];
}

function small(sizes: readonly ClassSize[], hasSplits: boolean): Finding[] {
  const found = sizes.filter(({ count }) => count > 1 && count < SPLITTABLE);
  if (found.length === 0 || hasSplits) return [];
  return [
    {
      check: 'small-classes',
      severity: 'note',
      title: `${countOf(found.length, 'class has', 'classes have')} fewer than ${SPLITTABLE} images: ${namesOf(found.map(({ name, count }) => `${name} (${count})`))}`,
      advice:
        found.length > sizes.length / 2
          ? 'Hold out whole classes (--split-by class): most are too small to have a pair in each part.'
          : 'Add images: so small a class has no pair of the same thing in some part of the split.',
      groups: [],
    },
  ];
}

/** Whether the held-out parts have pairs of the same thing to choose by and to measure on. */
function heldOut({ set }: Examined, usable: Int32Array, numClasses: number): Finding[] {
  const splits = splitByImage(set, { validation: HELD_OUT_SHARE, test: HELD_OUT_SHARE, indices: usable });
  const missing = (['validation', 'test'] as const).filter((part) => {
    const { classes, members } = groupByClass(set.labels, splits[part]);
    return classes.length < 2 || members.every((images) => images.length < 2);
  });
  if (missing.length === 0) return [];
  const canHoldOutClasses = numClasses >= MIN_CLASSES_TO_HOLD_OUT;
  return [
    {
      check: 'held-out-parts',
      severity: canHoldOutClasses ? 'note' : 'error',
      title: `the classes are too small to leave ${namesOf(missing)} images of the same thing`,
      advice: canHoldOutClasses
        ? 'Nothing need be done: training holds out whole classes instead.'
        : 'Add images, about 14 of each class: a similarity that cannot be measured is worth little.',
      groups: [],
    },
  ];
}

function balance(sizes: readonly ClassSize[]): Finding[] {
  const sorted = [...sizes].sort((a, b) => b.count - a.count);
  const [largest, smallest] = [sorted[0], sorted.findLast(({ count }) => count > 1)];
  if (smallest === undefined || largest.count < MAX_BALANCE * smallest.count) return [];
  return [
    {
      check: 'class-balance',
      severity: 'warning',
      title: `${largest.name} has ${countOf(largest.count, 'image')}, ${smallest.name} has ${smallest.count}`,
      advice:
        'Add images to the small classes. Batches draw classes alike, so large ones do not drown the others, but few images are soon known by heart.',
      groups: [],
    },
  ];
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
