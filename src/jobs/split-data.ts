import { SamesameError } from '../base/errors.ts';
import { createRandom, type Random } from '../base/random.ts';
import { checkTrainable, groupByClass } from '../data/classes.ts';
import { drawBalancedPairs } from '../data/pairs/balanced.ts';
import { takePairs } from '../data/pairs/list.ts';
import { drawNeighbourPairs } from '../data/pairs/neighbours.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import { splitByGroup } from '../data/split-groups.ts';
import { splitByClass, splitByImage } from '../data/splits.ts';
import type { ImageSet } from '../data/types.ts';
import type { TrainConfig } from '../train/config.ts';
import { checkHeldOut } from './held-out.ts';
import type { PreparedData } from './prepare.ts';
import { splitExplicit } from './split-explicit.ts';

/**
 * The parts of a data set and the pairs of each: the same for the same usable images.
 * @throws E_DATA…, E_CONFIG
 */
export function splitData(dataset: PairedDataset, config: TrainConfig, pixels: PixelStore): Paired {
  const random = createRandom(config.seed).fork('data');
  if (namesPairs(dataset)) return splitExplicit(dataset, pixels, config, random);
  const split = config.splitBy === 'pair' ? splitByPair : splitLabelled;
  return split(dataset.set, pixels.usable, config, random);
}

/** Whether a source says itself which images are similar, instead of labels. */
export function namesPairs({ pairs, couples }: Omit<PairedDataset, 'set'>): boolean {
  return pairs !== undefined || couples !== undefined;
}

/** Of what is held out; pairs are split elsewhere. */
const SPLITTERS = { image: splitByImage, class: splitByClass, group: splitByGroup } as const;

/** The part of a data set that says what is similar. */
type PairedDataset = Pick<Dataset, 'set' | 'pairs' | 'couples'>;

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
