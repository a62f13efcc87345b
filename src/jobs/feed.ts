import { SamesameError } from '../base/errors.ts';
import { createRandom, type Random } from '../base/random.ts';
import { type Augment, createAugmenter } from '../data/augment/augmenter.ts';
import type { AugmentOptions } from '../data/augment/options.ts';
import { groupOfClass } from '../data/class-groups.ts';
import { groupByClass } from '../data/classes.ts';
import { drawBalancedPairs } from '../data/pairs/balanced.ts';
import { drawNeighbourPairs } from '../data/pairs/neighbours.ts';
import { drawRatioPairs } from '../data/pairs/ratio.ts';
import { chooseClassBatch, createClassSampler } from '../data/samplers/class.ts';
import { createClassPairSampler } from '../data/samplers/class-pairs.ts';
import { createCurriculumSampler } from '../data/samplers/curriculum.ts';
import { createGroupSampler } from '../data/samplers/groups.ts';
import { createHardPairSampler } from '../data/samplers/hard-pairs.ts';
import { createPairSampler } from '../data/samplers/pairs.ts';
import type { RedrawnPairSampler } from '../data/samplers/redrawn.ts';
import type { PairList, PixelShape } from '../data/types.ts';
import type { TrainConfig } from '../train/config.ts';
import { type Feeder, feedBatches, feedPairs, pixelRows } from '../train/feeder.ts';
import type { ConfiguredObjective } from '../train/objective.ts';
import { featureRows } from './feature-rows.ts';
import type { PreparedData } from './prepare.ts';

/** What a configuration feeds to each step: class-balanced batches, or explicit pairs. */
export function createFeeder(
  config: TrainConfig,
  data: PreparedData,
  { objective }: ConfiguredObjective,
): Feeder {
  const { batchSize, seed } = config;
  const { set, pixels, splits } = data;
  const random = createRandom(seed).fork('feed');
  const rowsOf = (hasTurns: boolean) =>
    data.features === undefined
      ? pixelRows(pixels, { augment: createAugment(config, pixels.shape), hasTurns })
      : featureRows(data.features, numViewsOf(config));
  const parts = { rows: rowsOf(false), random };
  const numBatches = config.stepsPerEpoch || undefined;
  if (objective.kind === 'pairs') checkNoClasses(config);
  if (objective.kind === 'pairs' && config.pairDraw === 'class-pairs') {
    const sampler = createClassPairSampler({ labels: set.labels, indices: splits.train, numBatches, seed });
    return feedPairs(sampler, parts);
  }
  if (objective.kind === 'pairs' && (config.pairDraw === 'hard' || config.pairDraw === 'curriculum')) {
    const sampler = createRedrawn(config, data);
    return { ...feedPairs(sampler, parts), redrawn: sampler };
  }
  if (objective.kind === 'pairs') {
    const pairs = data.trainPairs ?? drawTrainPairs(set.labels, splits.train, config, random.fork('pairs'));
    return feedPairs(
      createPairSampler({ pairs, batchSize: Math.min(batchSize, pairs.numPairs), seed }),
      parts,
    );
  }
  const { rotateClasses, batchGroups } = config;
  const { labels, indices } = rotateClasses
    ? turnedClasses(set.labels, splits.train, pixels.shape)
    : { labels: set.labels, indices: splits.train };
  const { classes } = groupByClass(labels, indices);
  const batch = chooseClassBatch(classes.length, Math.min(batchSize, indices.length), config.imagesPerClass);
  const drawn = { labels, indices, numBatches, seed, ...batch };
  // The turns of one group are groups of their own: what has to be told apart stands the same way up.
  const groupOf = rotateClasses
    ? (label: number) => `${label & 3} ${groupOfClass(set.classNames[label >> 2])}`
    : (label: number) => groupOfClass(set.classNames[label]);
  const sampler =
    batchGroups > 0
      ? createGroupSampler({ ...drawn, groupsPerBatch: batchGroups, groupOf })
      : createClassSampler(drawn);
  // A loss that keeps something for each class counts them from 0.
  const places = new Map(Array.from(classes, (label, place) => [label, place]));
  const counted = labels.map((label) => places.get(label) ?? -1);
  const feeder = feedBatches(sampler, counted, { rows: rowsOf(rotateClasses), random });
  return { ...feeder, numClasses: classes.length };
}

/** Epochs of a run: as many as make about 1,000 steps, from 8 to 40, unless it is told. */
export function countEpochs({ epochs }: Pick<TrainConfig, 'epochs'>, stepsPerEpoch: number): number {
  return epochs || Math.min(40, Math.max(8, Math.ceil(1000 / stepsPerEpoch)));
}

/** Pairs that are drawn before each epoch. @throws E_CONFIG */
function createRedrawn(config: TrainConfig, { set, splits }: PreparedData): RedrawnPairSampler {
  const { numPairs, batchSize, negativeRatio, pairDraw, seed } = config;
  if (numPairs === 'all' || negativeRatio !== 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'pairs that are drawn anew each epoch are a number of balanced pairs',
      expected: 'numPairs as a number, and negativeRatio 1',
      received: `numPairs ${numPairs}, negativeRatio ${negativeRatio}, pairDraw ${pairDraw}`,
      help: 'leave them out, or pairDraw',
    });
  }
  const drawn = {
    labels: set.labels,
    indices: splits.train,
    numPairs,
    batchSize: Math.min(batchSize, numPairs),
    seed,
  };
  if (pairDraw === 'hard') return createHardPairSampler(drawn);
  const numEpochs = countEpochs(config, Math.max(1, Math.floor(numPairs / drawn.batchSize)));
  return createCurriculumSampler({ ...drawn, numEpochs });
}

/** Augmented views of each training image that a frozen trunk is run on. */
export function numViewsOf({ augment, views }: Pick<TrainConfig, 'augment' | 'views'>): number {
  return augment === 'none' ? 0 : views;
}

/** How training images are varied; undefined where they are not. */
export function augmentOptionsOf(
  { augment }: Pick<TrainConfig, 'augment'>,
  shape: PixelShape,
): AugmentOptions | undefined {
  if (augment === 'none') return undefined;
  return augment === 'auto' ? autoAugment(shape) : (augment as AugmentOptions);
}

/** Labels `4 · label + turns` of images `4 · image + turns`. @throws E_CONFIG where images are not square */
function turnedClasses(labels: Int32Array, train: Int32Array, { height, width }: PixelShape) {
  if (height !== width) {
    throw new SamesameError('E_CONFIG', {
      what: 'quarter turns need square images',
      expected: 'an input size of equal sides, or no rotateClasses',
      received: `${height}×${width}`,
    });
  }
  const turned = new Int32Array(4 * labels.length);
  for (let i = 0; i < turned.length; i++) turned[i] = labels[i >> 2] < 0 ? -1 : 4 * labels[i >> 2] + (i & 3);
  const indices = Int32Array.from({ length: 4 * train.length }, (_, i) => 4 * train[i >> 2] + (i & 3));
  return { labels: turned, indices };
}

/** @throws E_CONFIG where a data set that names its pairs meets settings of batches of classes */
function checkNoClasses({ rotateClasses, batchGroups }: TrainConfig): void {
  if (!rotateClasses && batchGroups === 0) return;
  throw new SamesameError('E_CONFIG', {
    what: 'rotateClasses and batchGroups have no effect on explicit pairs',
    expected: 'images in one folder per class, fed in batches',
    received: JSON.stringify({ rotateClasses, batchGroups }),
    help: 'leave them out',
  });
}

/** Half of `numPairs` similar, or by the ratio; or all similar pairs there are; or neighbours. */
function drawTrainPairs(
  labels: Int32Array,
  images: Int32Array,
  { numPairs, negativeRatio, pairDraw }: TrainConfig,
  random: Random,
): PairList {
  if (pairDraw === 'neighbours') return drawNeighbourPairs(labels, images, { random });
  if (numPairs !== 'all' && negativeRatio === 1)
    return drawBalancedPairs(labels, images, { numPairs, random });
  const similar = numPairs === 'all' ? numPairs : Math.max(1, Math.round(numPairs / (1 + negativeRatio)));
  return drawRatioPairs(labels, images, { similar, dissimilarPerSimilar: negativeRatio, random });
}

function createAugment(config: TrainConfig, shape: PixelShape): Augment | undefined {
  const options = augmentOptionsOf(config, shape);
  return options && createAugmenter(options, shape);
}

/**
 * What helps without changing what an image is of: small shifts for grey images, where a mirror image may be another
 * thing (a letter, a digit); for photos mirror images, small turns, zooms and changes of light too.
 */
export function autoAugment({ height, channels }: PixelShape): AugmentOptions {
  if (channels === 1) return { shiftPixels: Math.max(1, Math.round(height / 14)) };
  return {
    flipHorizontal: 0.5,
    shiftFraction: 0.08,
    rotateDegrees: 10,
    zoom: 0.1,
    brightness: 0.1,
    contrast: 0.2,
  };
}
