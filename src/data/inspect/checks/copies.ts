import type { ImageSet } from '../../types.ts';
import type { Check, CheckName, Examined, Finding, Severity } from '../types.ts';
import { countOf, namesOf } from '../words.ts';

interface Kind {
  readonly groups: (examined: Examined) => readonly (readonly number[])[];
  readonly isNear: boolean;
  readonly names: { readonly plain: CheckName; readonly leak: CheckName; readonly conflict: CheckName };
  readonly what: string;
}

const NAMES = { leak: 'leaks', conflict: 'label-conflicts' } as const;
const KINDS: readonly Kind[] = [
  {
    groups: ({ copies }) => copies.exact,
    isNear: false,
    names: { ...NAMES, plain: 'exact-copies' },
    what: 'are the same file',
  },
  {
    groups: ({ copies }) => copies.pixels,
    isNear: false,
    names: { ...NAMES, plain: 'identical-pixels' },
    what: 'have the same pixels in different files',
  },
  {
    groups: ({ copies }) => copies.near,
    isNear: true,
    names: { plain: 'near-copies', leak: 'near-leaks', conflict: 'near-label-conflicts' },
    what: 'are the same picture to the eye',
  },
];

/**
 * What is there twice. Each group is told once for what is worst about it: in several classes (and in several parts of
 * the split, which is told of it then), in several parts, or only twice.
 */
export const checkCopies: Check = (examined) => {
  const found = new Map<CheckName, Finding>();
  for (const kind of KINDS) {
    for (const images of kind.groups(examined)) add(found, examined, kind, images);
  }
  return [...found.values()].map((finding) => ({ ...finding, title: titleOf(finding) }));
};

function add(
  found: Map<CheckName, Finding>,
  examined: Examined,
  kind: Kind,
  images: readonly number[],
): void {
  const { set } = examined;
  const classes = classesOf(set, images);
  const splits = splitsOf(set, images);
  const isConflict = classes.length > 1;
  const isLeak = splits.length > 1;
  const place = isConflict ? 'conflict' : isLeak ? 'leak' : 'plain';
  const check = kind.names[place];
  const caption = [
    ...(isConflict ? [`in ${namesOf(classes)}`] : []),
    ...(isLeak ? [`in ${namesOf(splits)}`] : []),
    ...(place !== 'plain' && kind.what !== 'are the same file' && !kind.isNear ? ['same pixels'] : []),
  ].join('; ');
  const before = found.get(check);
  const group = { images, caption: caption === '' ? undefined : caption };
  if (before !== undefined) {
    // A group of identical pixels holds the files that are the same, too: it is told once.
    const groups = before.groups.filter((other) => !other.images.every((image) => images.includes(image)));
    found.set(check, { ...before, groups: [...groups, group] });
  } else {
    found.set(check, {
      check,
      severity: severityOf(place, kind.isNear, set.splits !== undefined),
      title: kind.what,
      advice: ADVICE[place](kind.isNear, set.splits !== undefined),
      groups: [group],
    });
  }
}

function severityOf(place: keyof typeof ADVICE, isNear: boolean, hasSplits: boolean): Severity {
  if (place !== 'plain') return isNear ? 'warning' : 'error';
  return hasSplits ? 'note' : 'warning';
}

const ADVICE = {
  conflict: (isNear: boolean, _hasSplits: boolean) =>
    isNear
      ? 'Look at them: one of the labels is probably wrong.'
      : 'Keep one of each with the right label: the same image cannot be two things.',
  leak: (isNear: boolean, _hasSplits: boolean) =>
    isNear
      ? 'Look at them, and keep each picture in one part only: what was trained on must not be measured on.'
      : 'Remove them from all parts but one: what was trained on must not be measured on.',
  plain: (_isNear: boolean, hasSplits: boolean) =>
    hasSplits
      ? 'Keep one of each: copies count more than other images.'
      : 'Keep one of each: a random split puts copies into training and test alike, and the numbers come out too good.',
} as const;

function titleOf({ check, groups, title }: Finding): string {
  const numImages = new Set(groups.flatMap(({ images }) => images)).size;
  const count = countOf(numImages, 'image');
  switch (check) {
    case 'label-conflicts':
      return `${count} are in several classes as the same image`;
    case 'near-label-conflicts':
      return `${count} are the same picture to the eye, but in different classes`;
    case 'leaks':
      return `${count} are in several parts of the split as the same image`;
    case 'near-leaks':
      return `${count} are the same picture to the eye, but in different parts of the split`;
    default:
      return `${count} ${title}: ${countOf(groups.length, 'group')}`;
  }
}

function classesOf({ labels, classNames }: ImageSet, images: readonly number[]): string[] {
  return [...new Set(images.filter((i) => labels[i] >= 0).map((i) => classNames[labels[i]]))];
}

function splitsOf({ splits }: ImageSet, images: readonly number[]): string[] {
  return [...new Set(images.map((i) => splits?.[i]).filter((split) => split !== undefined))];
}
