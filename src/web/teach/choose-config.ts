import { SamesameError } from '../../base/errors.ts';
import { groupByClass } from '../../data/classes.ts';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import { splitByImage } from '../../data/splits.ts';
import { readTrainConfig, type TrainConfig, type TrainOptions } from '../../train/config.ts';
import type { BaseModel } from './open-base.ts';
import type { TaughtImages } from './read-images.ts';
import type { TeachOptions } from './types.ts';

/** Settings for a training in a browser, and whether some images can be held out for the final number. */
export interface ChosenConfig {
  readonly config: TrainConfig;
  readonly isMeasured: boolean;
}

/** Images a group from which a smaller share is enough to be held out. */
const MANY = 30;
const HELD_OUT = { many: 0.15, few: 0.2, unmeasured: 0.25 } as const;
/** Smaller than Node's: more steps for the same images, and each of them is soon over. */
const BATCH_SIZE = 40;
/** Passes over the images and steps in all, both at least. */
const MIN_EPOCHS = 6;
const MAX_EPOCHS = 60;
const WANTED_STEPS = 350;
/** Few images make few batches, and a look at the map after each of them would take longer than they do. */
const MIN_STEPS_AN_EPOCH = 8;

/**
 * What a minute in a browser affords. With few images more passes and more variation: that is what keeps a network from
 * learning them by heart.
 * @throws E_DATA_FEW_IMAGES where no pair of the same thing can be held out to choose by; E_CONFIG for options out of range
 */
export function chooseConfig(
  { set, pixels, target }: Pick<TaughtImages, 'set' | 'pixels' | 'target'>,
  { network = 'slim', epochs, seed = 1 }: Pick<TeachOptions, 'network' | 'epochs' | 'seed'>,
  base?: Pick<BaseModel, 'provenance' | 'encoder'>,
): ChosenConfig {
  const { usable } = pixels;
  const { members } = groupByClass(set.labels, usable);
  const isSmall = usable.length / members.length < MANY;
  const part = isSmall ? HELD_OUT.few : HELD_OUT.many;
  const split = (validation: number, test: number) =>
    splitByImage(set, { validation, test, seed, indices: usable });
  const measured = split(part, part);
  const isMeasured = hasPairs(set.labels, measured.validation) && hasPairs(set.labels, measured.test);
  const held = isMeasured ? { validation: part, test: part } : { validation: HELD_OUT.unmeasured, test: 0 };
  const { train, validation, test } = isMeasured ? measured : split(held.validation, held.test);
  if (!hasPairs(set.labels, validation)) throw tooFewToChoose(set.classNames, members);

  const batchSize = Math.max(4, Math.min(BATCH_SIZE, train.length));
  const ownSteps = Math.ceil(train.length / batchSize);
  const stepsPerEpoch = Math.max(MIN_STEPS_AN_EPOCH, ownSteps);
  const numEpochs = Math.min(MAX_EPOCHS, Math.max(MIN_EPOCHS, Math.ceil(WANTED_STEPS / stepsPerEpoch)));
  const options: TrainOptions = {
    ...held,
    ...(base === undefined ? { network } : headOptions(base)),
    batchSize,
    stepsPerEpoch: stepsPerEpoch > ownSteps ? stepsPerEpoch : 0,
    epochs: epochs ?? numEpochs,
    augment: isSmall ? smallDataAugment(target) : 'auto',
    image: { ...target },
    validationPairs: numPairs(validation.length),
    testPairs: numPairs(test.length),
    seed,
  };
  return { config: readTrainConfig(options), isMeasured };
}

/** A head on a frozen network begins as what the images themselves say of it, and steps do the rest. */
function headOptions({ provenance, encoder }: Pick<BaseModel, 'provenance' | 'encoder'>): TrainOptions {
  return {
    backbone: provenance.name,
    embeddingSize: encoder.embeddingSize,
    headInit: 'within-class',
    views: 0,
  };
}

/** Whether there is a pair of the same and a pair of different things. */
function hasPairs(labels: Int32Array, images: Int32Array): boolean {
  const { classes, members } = groupByClass(labels, images);
  return classes.length >= 2 && members.some((group) => group.length >= 2);
}

/** More pairs of the same few images say nothing new. */
function numPairs(numImages: number): number {
  return Math.min(10_000, Math.max(100, 32 * numImages));
}

function smallDataAugment({ channels }: PixelTarget) {
  return {
    // A mirror image of a letter or a digit is another thing, of a mug it is not.
    ...(channels === 3 && { flipHorizontal: 0.5 }),
    shiftFraction: 0.1,
    rotateDegrees: 10,
    zoom: 0.15,
    brightness: 0.15,
    contrast: 0.25,
  };
}

function tooFewToChoose(names: readonly string[], members: readonly Int32Array[]): SamesameError {
  const sizes = members.map(({ length }) => length);
  return new SamesameError('E_DATA_FEW_IMAGES', {
    what: 'there are too few images to learn from some and to try the others',
    expected: 'at least 4 images in each of two groups; with 8 or more it can be measured too',
    received: names
      .slice(0, 5)
      .map((name, g) => `${name}: ${sizes[g] ?? 0}`)
      .join(', '),
    help: 'add images to the groups',
    details: { sizes },
  });
}
