import type { ImageSet } from '../../types.ts';
import type { Check, CheckName, Examined, FindingGroup, Severity } from '../types.ts';
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

const ORDER = [
  ...(['label-conflicts', 'leaks', 'near-label-conflicts', 'near-leaks'] as const),
  ...(['exact-copies', 'identical-pixels', 'near-copies'] as const),
];

/**
 * What is there twice. Each group is told for what is worst about it: in several classes (and in several parts of the
 * split, which is told of it then), in several parts, or only twice.
 */
export const checkCopies: Check = (examined) => {
  const { set, copies } = examined;
  const groups = new Map<CheckName, FindingGroup[]>();
  // Files that are the same are in a group of identical pixels, too, where there is one: as a conflict that is told once.
  const pixelGroups = new Map<number, readonly number[]>();
  for (const images of copies.pixels) for (const image of images) pixelGroups.set(image, images);
  const isTold = (images: readonly number[], place: Place) => {
    const wider = pixelGroups.get(images[0]);
    return place !== 'plain' && wider !== undefined && wider !== images && placeOf(set, wider) === place;
  };
  const kinds = new Map<CheckName, readonly [Kind, Place]>();
  for (const kind of KINDS) {
    for (const images of kind.groups(examined)) {
      const place = placeOf(set, images);
      if (!kind.isNear && isTold(images, place)) continue;
      const check = kind.names[place];
      kinds.set(check, [kind, place]);
      const group = { images, caption: captionOf(set, images) };
      const before = groups.get(check);
      if (before === undefined) groups.set(check, [group]);
      else before.push(group);
    }
  }
  return ORDER.flatMap((check) => {
    const found = groups.get(check);
    if (found === undefined) return [];
    const [kind, place] = kinds.get(check)!;
    const hasSplits = set.splits !== undefined;
    return [
      {
        check,
        severity: severityOf(place, kind.isNear, hasSplits),
        title: titleOf(check, found, kind.what),
        advice: ADVICE[place](kind.isNear, hasSplits),
        groups: found,
      },
    ];
  });
};

/** What is worst about copies. */
type Place = 'conflict' | 'leak' | 'plain';

function placeOf(set: ImageSet, images: readonly number[]): Place {
  if (classesOf(set, images).length > 1) return 'conflict';
  return splitsOf(set, images).length > 1 ? 'leak' : 'plain';
}

function captionOf(set: ImageSet, images: readonly number[]): string | undefined {
  const places = [classesOf(set, images), splitsOf(set, images)].filter((names) => names.length > 1);
  return places.length === 0 ? undefined : places.map((names) => `in ${namesOf(names)}`).join('; ');
}

function severityOf(place: Place, isNear: boolean, hasSplits: boolean): Severity {
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

function titleOf(check: CheckName, groups: readonly FindingGroup[], what: string): string {
  const count = countOf(
    groups.reduce((sum, { images }) => sum + images.length, 0),
    'image',
  );
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
      return `${count} ${what}: ${countOf(groups.length, 'group')}`;
  }
}

function classesOf({ labels, classNames }: ImageSet, images: readonly number[]): string[] {
  return [...new Set(images.filter((i) => labels[i] >= 0).map((i) => classNames[labels[i]]))];
}

function splitsOf({ splits }: ImageSet, images: readonly number[]): string[] {
  return [...new Set(images.map((i) => splits?.[i]).filter((split) => split !== undefined))];
}
