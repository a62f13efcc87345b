import { groupByClass } from '../data/classes.ts';
import type { Examined, Finding } from '../data/inspect/index.ts';
import { guessPixelShape } from '../data/pixels/guess.ts';
import { subset } from '../data/subset.ts';
import type { ImageSet } from '../data/types.ts';
import { readTrainConfig, type TrainOptions } from '../train/config.ts';
import { readPreset } from './presets.ts';

/** How a data set might be trained on. */
export interface Proposal {
  /** What differs from the defaults, and the split; `readTrainConfig` takes it, as does `train --config`. */
  readonly config: TrainOptions;
  /** The same as flags of `samesame train`. */
  readonly flags: readonly string[];
  readonly reasons: readonly string[];
}

/** Fewer images than that of a class make no pair in each part of a split. */
const SPLITTABLE = 8;
const MIN_CLASSES_TO_HOLD_OUT = 6;
/** From so many images on, a tenth is enough to measure on. */
const MANY_IMAGES = 20_000;
const DEFAULT_IMAGES_PER_CLASS = 4;
/** From this median of the shorter sides on, in pixels, colour images have details for a pretrained network to see. */
const PHOTO_SIDE = 128;
const PHOTO_PRESET = 'photos';

/**
 * Split, input size and batch for a data set, each with its reason.
 * @returns undefined where no image can be read, or there is nothing to learn from
 */
export async function proposeTraining(
  { set, namesPairs, images }: Examined,
  findings: readonly Finding[],
): Promise<Proposal | undefined> {
  const readable = Int32Array.from(images.filter(({ look }) => look !== undefined).map(({ index }) => index));
  const isHopeless = findings.some(({ check }) => check === 'class-labels');
  if (isHopeless || readable.length === 0) return undefined;
  const coloursTell = findings.some(({ check }) => check === 'class-colours');
  const reasons: string[] = [];
  const photoSide = medianPhotoSide(images);
  const arePhotos = !namesPairs && !coloursTell && photoSide >= PHOTO_SIDE;
  const config: TrainOptions = {};
  if (arePhotos) {
    Object.assign(config, (await readPreset(PHOTO_PRESET)).config);
    reasons.push(
      `colour photos, half of them at least ${photoSide} pixels on the shorter side: a pretrained network (${config.backbone}, fetched at its first use) tells them apart better than one that begins with nothing`,
    );
  } else {
    const { reasons: sizeReasons, ...image } = await guessPixelShape(subset(set, readable));
    reasons.push(...sizeReasons);
    if (coloursTell) {
      image.channels = 1;
      reasons.push('colour goes with the class, so train on grey');
    }
    config.image = image;
  }
  proposeSplit(config, reasons, set, namesPairs);
  if (!namesPairs) {
    const sizes = classSizes(set);
    const median = sizes[sizes.length >> 1];
    if (median < 2 * DEFAULT_IMAGES_PER_CLASS) {
      config.imagesPerClass = 2;
      reasons.push(
        `half of the classes have at most ${median} images: 2 of a class in a batch leave room for other classes`,
      );
    }
  }
  readTrainConfig(config, namesPairs);
  return { config, flags: [...(arePhotos ? ['--preset', PHOTO_PRESET] : []), ...flagsOf(config)], reasons };
}

/** Median of the shorter sides in pixels; 0 where images are grey, or not files. */
function medianPhotoSide(images: Examined['images']): number {
  const readable = images.filter(({ look, header }) => look !== undefined && header !== undefined);
  const coloured = readable.filter(({ look }) => !look!.isGrey);
  if (readable.length === 0 || coloured.length < readable.length / 2) return 0;
  const sides = readable.map(({ header }) => Math.min(header!.height, header!.width)).sort((a, b) => a - b);
  return sides[sides.length >> 1];
}

function proposeSplit(config: TrainOptions, reasons: string[], set: ImageSet, namesPairs: boolean): void {
  const parts = new Set(set.splits ?? []);
  const missing = (['validation', 'test'] as const).filter((part) => !parts.has(part));
  const share = set.numImages > MANY_IMAGES ? 0.1 : 0.15;
  for (const part of missing) config[part] = share;
  if (missing.length === 0) reasons.push('the split that the data set has is kept');
  else
    reasons.push(
      `${share * 100} % held out for ${missing.join(' and ')}${set.splits === undefined ? '' : ', the other parts kept'}`,
    );
  if (namesPairs || set.splits !== undefined) return;
  const sizes = classSizes(set);
  const numSmall = sizes.filter((size) => size < SPLITTABLE).length;
  if (numSmall <= sizes.length / 2 || sizes.length < MIN_CLASSES_TO_HOLD_OUT) return;
  config.splitBy = 'class';
  reasons.push(
    `${numSmall} of ${sizes.length} classes are too small to split, so whole classes are held out`,
  );
}

/** Images of each class, ascending. */
function classSizes({ labels }: ImageSet): number[] {
  return groupByClass(labels)
    .members.map((images) => images.length)
    .sort((a, b) => a - b);
}

function flagsOf({ image, splitBy, validation, test, imagesPerClass }: TrainOptions): string[] {
  const flags: string[] = [];
  if (image !== undefined) {
    const { height, width, channels } = image;
    flags.push(
      '--size',
      height === width ? String(height) : `${height}x${width}`,
      '--channels',
      String(channels),
    );
  }
  const others = {
    '--split-by': splitBy,
    '--validation': validation,
    '--test': test,
    '--images-per-class': imagesPerClass,
  };
  for (const [flag, value] of Object.entries(others))
    if (value !== undefined) flags.push(flag, String(value));
  return flags;
}
