import type { ImageSet, SplitName } from '../types.ts';
import type { Examined, ImageFacts } from './types.ts';

/** What a data set is made of. What needs reading is of the images that were looked at. */
export interface DatasetSummary {
  readonly numImages: number;
  /** Images that were looked at; the numbers below are of them, but `classes` and `splits`. */
  readonly numExamined: number;
  readonly numUnreadable: number;
  readonly sizeBytes: number;
  /** Every class, the largest first. */
  readonly classes: readonly ClassSummary[];
  /** Images of each part, where the source has parts. */
  readonly splits?: Readonly<Record<SplitName | 'none', number>>;
  /** Number of images of each format, the commonest first. Empty where the source holds pixels. */
  readonly formats: Readonly<Record<string, number>>;
  readonly height: Spread;
  readonly width: Spread;
  /** The commonest sizes, at most five, and how many different ones there are. */
  readonly sizes: readonly { readonly height: number; readonly width: number; readonly numImages: number }[];
  readonly numSizes: number;
  /** Images by width ÷ height. */
  readonly aspects: Readonly<Record<AspectName, number>>;
  readonly colours: { readonly grey: number; readonly colour: number; readonly transparent: number };
}

export interface ClassSummary {
  readonly name: string;
  readonly numImages: number;
  readonly splits?: Readonly<Record<SplitName, number>>;
}

/** In pixels; 0 where no image can be read. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Below 1 : 2; to 9 : 10; to 10 : 9; to 2 : 1; above. */
export type AspectName = 'very tall' | 'tall' | 'square' | 'wide' | 'very wide';

const MAX_SIZES = 5;

/** Counts, sizes, formats, shapes and colours of a data set. */
export function summarize({ set, images }: Examined): DatasetSummary {
  const read = images.filter(({ look }) => look !== undefined);
  const sizes = countBy(read, ({ header }) => `${header!.height} ${header!.width}`);
  const aspects: Record<AspectName, number> = { 'very tall': 0, tall: 0, square: 0, wide: 0, 'very wide': 0 };
  for (const { header } of read) aspects[aspectOf(header!.width / header!.height)]++;
  const numGrey = read.filter(({ look }) => look!.isGrey).length;
  return {
    numImages: set.numImages,
    numExamined: images.length,
    numUnreadable: images.length - read.length,
    sizeBytes: images.reduce((sum, facts) => sum + facts.sizeBytes, 0),
    classes: classesOf(set),
    splits: set.splits === undefined ? undefined : countSplits(set.splits),
    formats:
      set.pixels.kind === 'decoded' ? {} : Object.fromEntries(countBy(read, ({ header }) => header!.format)),
    height: spreadOf(read, ({ header }) => header!.height),
    width: spreadOf(read, ({ header }) => header!.width),
    sizes: sizes.slice(0, MAX_SIZES).map(([size, numImages]) => {
      const [height, width] = size.split(' ').map(Number);
      return { height, width, numImages };
    }),
    numSizes: sizes.length,
    aspects,
    colours: {
      grey: numGrey,
      colour: read.length - numGrey,
      transparent: read.filter(({ header }) => header!.hasAlpha).length,
    },
  };
}

function classesOf({ labels, classNames, splits }: ImageSet): ClassSummary[] {
  const counts = classNames.map(() => ({ train: 0, validation: 0, test: 0, all: 0 }));
  for (const [i, label] of labels.entries()) {
    if (label < 0) continue;
    counts[label].all++;
    const split = splits?.[i];
    if (split !== undefined) counts[label][split]++;
  }
  return counts
    .map(({ all, ...parts }, label) => ({
      name: classNames[label],
      numImages: all,
      ...(splits === undefined ? {} : { splits: parts }),
    }))
    .sort((a, b) => b.numImages - a.numImages);
}

function countSplits(splits: readonly (SplitName | undefined)[]): Record<SplitName | 'none', number> {
  const counts = { train: 0, validation: 0, test: 0, none: 0 };
  for (const split of splits) counts[split ?? 'none']++;
  return counts;
}

/** Keys and how often each comes, the commonest first. */
function countBy(images: readonly ImageFacts[], keyOf: (facts: ImageFacts) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const facts of images) counts.set(keyOf(facts), (counts.get(keyOf(facts)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function spreadOf(images: readonly ImageFacts[], sideOf: (facts: ImageFacts) => number): Spread {
  if (images.length === 0) return { min: 0, median: 0, max: 0 };
  const sorted = images.map(sideOf).sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1)! };
}

function aspectOf(ratio: number): AspectName {
  if (ratio < 1 / 2) return 'very tall';
  if (ratio < 9 / 10) return 'tall';
  if (ratio <= 10 / 9) return 'square';
  return ratio <= 2 ? 'wide' : 'very wide';
}
