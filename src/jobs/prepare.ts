import { SamesameError } from '../base/errors.ts';
import { createRandom, type Random } from '../base/random.ts';
import { checkTrainable, groupByClass } from '../data/classes.ts';
import type { FeatureStore } from '../data/features/types.ts';
import { readContents } from '../data/fingerprint.ts';
import { drawBalancedPairs } from '../data/pairs/balanced.ts';
import { takePairs } from '../data/pairs/list.ts';
import { drawNeighbourPairs } from '../data/pairs/neighbours.ts';
import type { PixelTarget } from '../data/pixels/decode.ts';
import { guessPixelShape } from '../data/pixels/guess.ts';
import { preparePixels } from '../data/pixels/prepare.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import { splitByGroup } from '../data/split-groups.ts';
import { type Splits, splitByClass, splitByImage } from '../data/splits.ts';
import type { ImageSet, PairList, ProgressEvent } from '../data/types.ts';
import type { TrainConfig } from '../train/config.ts';
import { warnOfColours, warnOfCopies } from './data-warnings.ts';
import { checkHeldOut } from './held-out.ts';
import { splitExplicit } from './split-explicit.ts';

/** A data set that is decoded, split and paired: ready to train on. */
export interface PreparedData {
  readonly set: ImageSet;
  readonly pixels: PixelStore;
  /** What a frozen trunk makes of the images, where there is one: then that is what training and embedding read. */
  readonly features?: FeatureStore;
  readonly target: PixelTarget;
  /** Images of each part. */
  readonly splits: Splits;
  /** Explicit pairs that the source brings along; undefined where labels say what is similar. */
  readonly trainPairs?: PairList;
  readonly validationPairs: PairList;
  readonly testPairs: PairList;
  readonly fingerprint: string;
  /** What a person should know before training. */
  readonly warnings: readonly string[];
}

export interface PrepareDataOptions {
  /** Size that images are brought to where the configuration says none. Default: guessed from the images. */
  readonly target?: PixelTarget;
  /** In place of decoding all images at once. */
  readonly openPixels?: (target: PixelTarget) => Promise<PixelStore>;
  /** Bytes of decoded pixels to keep in memory. */
  readonly memoryBytes?: number;
  /** Where the rest of them goes. */
  readonly spillFolder?: string;
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

/**
 * Decodes a data set once, leaves out what cannot be read, splits it by image (or by class), and draws the pairs that
 * validation and the final evaluation use. No image is in two parts, so no pair is either.
 * @throws E_DATA…, E_IMAGES_BAD, E_DISK_FULL
 */
export async function prepareData(
  dataset: Dataset,
  config: TrainConfig,
  options: PrepareDataOptions = {},
): Promise<PreparedData> {
  const { set } = dataset;
  if (!namesPairs(dataset)) checkTrainable(set);
  const { target: wanted, openPixels, ...pixelOptions } = options;
  const target = config.image ?? wanted ?? withoutReasons(await guessPixelShape(set));
  const pixels = await (openPixels?.(target) ?? preparePixels(set, { ...pixelOptions, ...target }));
  try {
    const paired = splitData(dataset, config, pixels);
    const { fingerprint, contents } = await readContents(set, options.signal);
    const warnings = [
      ...paired.warnings,
      ...warnOfCopies(set, paired.splits, contents),
      // Where images are decoded as they are asked for, looking at some of them is not for nothing.
      ...(openPixels === undefined ? await warnOfColours(pixels) : []),
    ];
    return { set, pixels, target, fingerprint, ...paired, warnings };
  } catch (error) {
    await pixels.close();
    throw error;
  }
}

/**
 * The parts of a data set and the pairs of each: the same for the same usable images.
 * @throws E_DATA…, E_CONFIG
 */
export function splitData(dataset: Dataset, config: TrainConfig, pixels: PixelStore): Paired {
  const random = createRandom(config.seed).fork('data');
  if (namesPairs(dataset)) return splitExplicit(dataset, pixels, config, random);
  const split = config.splitBy === 'pair' ? splitByPair : splitLabelled;
  return split(dataset.set, pixels.usable, config, random);
}

/** Whether a source says itself which images are similar, instead of labels. */
export function namesPairs({ pairs, couples }: Dataset): boolean {
  return pairs !== undefined || couples !== undefined;
}

/** Of what is held out; pairs are split elsewhere. */
const SPLITTERS = { image: splitByImage, class: splitByClass, group: splitByGroup } as const;

type Paired = Pick<PreparedData, 'splits' | 'trainPairs' | 'validationPairs' | 'testPairs' | 'warnings'>;

function splitLabelled(set: ImageSet, usable: Int32Array, config: TrainConfig, random: Random): Paired {
  const warnings = checkTrainable(set, usable);
  const options = { validation: config.validation, test: config.test, seed: config.seed, indices: usable };
  const { splitBy } = config;
  let splits = SPLITTERS[splitBy === 'pair' ? 'image' : splitBy](set, options);
  checkHeldOut(splits, config);
  if (!hasSimilarPair(set, splits.validation) || !hasSimilarPair(set, splits.test)) {
    if (config.splitBy !== 'image' || groupByClass(set.labels, usable).classes.length < 6)
      throw tooSmall(set, usable);
    splits = splitByClass(set, options);
    warnings.push(
      'the classes are too small to hold out images of each, so whole classes are held out instead',
    );
  }
  splits = { ...splits, train: limitImages(set, splits.train, config) };
  const draw = (part: Int32Array, numPairs: number, name: string) =>
    drawBalancedPairs(set.labels, part, { numPairs, random: random.fork(name) });
  const validationPairs =
    config.pairDraw === 'neighbours'
      ? drawNeighbourPairs(set.labels, splits.validation, { random: random.fork('validation') })
      : draw(splits.validation, config.validationPairs, 'validation');
  return {
    splits,
    validationPairs,
    testPairs: draw(splits.test, config.testPairs, 'test'),
    warnings,
  };
}

/**
 * Pairs of the training images of which the first `numPairs` are trained on and the others choose, as published
 * experiments have it. Only the test images are held out.
 */
function splitByPair(set: ImageSet, usable: Int32Array, config: TrainConfig, random: Random): Paired {
  const warnings = checkTrainable(set, usable);
  const splits = splitByImage(set, { validation: 0, test: config.test, seed: config.seed, indices: usable });
  const parts = { ...splits, train: Int32Array.from([...splits.train, ...splits.validation]).sort() };
  const train = limitImages(set, parts.train, config);
  const { numPairs, validationPairs } = config;
  if (numPairs === 'all') {
    throw new SamesameError('E_CONFIG', {
      what: 'all similar pairs cannot be split by pair',
      expected: 'a number of pairs (numPairs), of which the first are trained on',
      received: 'numPairs all, splitBy pair',
      help: 'leave splitBy out, or give numPairs as a number',
    });
  }
  const drawn = drawBalancedPairs(set.labels, train, {
    numPairs: numPairs + validationPairs,
    random: random.fork('train'),
  });
  const places = Array.from({ length: drawn.numPairs }, (_, i) => i);
  return {
    splits: { train, validation: new Int32Array(), test: splits.test },
    trainPairs: takePairs(drawn, places.slice(0, numPairs)),
    validationPairs: takePairs(drawn, places.slice(numPairs)),
    testPairs: drawBalancedPairs(set.labels, splits.test, {
      numPairs: config.testPairs,
      random: random.fork('test'),
    }),
    warnings: [
      ...warnings,
      'validation pairs share their images with training pairs (splitBy pair), so validation numbers are too good; test numbers are not',
    ],
  };
}

/** At most `maxImages` of the training images, each class in proportion. */
function limitImages({ labels }: ImageSet, train: Int32Array, { maxImages, seed }: TrainConfig): Int32Array {
  if (maxImages === 0 || maxImages >= train.length) return train;
  // A stratified draw is what splitting by image does: here the drawn part is kept, and the rest left out.
  return splitByImage({ labels }, { validation: 0, test: maxImages, indices: train, seed }).test;
}

function hasSimilarPair({ labels }: ImageSet, indices: Int32Array): boolean {
  const { classes, members } = groupByClass(labels, indices);
  return classes.length >= 2 && members.some((images) => images.length >= 2);
}

function tooSmall(set: ImageSet, usable: Int32Array): SamesameError {
  const { classes } = groupByClass(set.labels, usable);
  return new SamesameError('E_DATA_FEW_IMAGES', {
    what: `${set.name} is too small to hold out images for validation and test`,
    expected: 'two classes with about 14 images each, or 6 classes with at least 2 images each',
    received: `${usable.length} images in ${classes.length} classes`,
    help: 'add images; a similarity that was not measured is worth little',
  });
}

function withoutReasons({ height, width, channels, resize }: PixelTarget): PixelTarget {
  return { height, width, channels, resize };
}
