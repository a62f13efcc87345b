import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import { drawBalancedPairs } from '../data/pairs/balanced.ts';
import { drawCouplePairs } from '../data/pairs/couples.ts';
import { emptyPairs, takePairs } from '../data/pairs/list.ts';
import { preparePixels } from '../data/pixels/prepare.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ImageSet, PairList } from '../data/types.ts';
import type { ModelConfig } from '../model/config.ts';
import type { TrainConfig } from '../train/config.ts';
import { choosePart, type EvaluatedPart, recognizeData, trainingOf } from './evaluated-part.ts';
import { type PrepareDataOptions, type PreparedData, prepareData } from './prepare.ts';

export interface EvaluationChoice {
  /** Default: the test images where there are any, else all. */
  readonly split?: 'test' | 'all';
  /** Balanced pairs to draw. Default: as many as the model's run. */
  readonly numPairs?: number;
  /** What the pairs are drawn from. Default: the model's own seed. */
  readonly seed?: string | number;
  /** Search in the images that are not measured, training images for one, instead of in the measured ones. */
  readonly gallery?: 'measured' | 'rest';
}

export interface EvaluationData {
  readonly part: EvaluatedPart;
  /** `testPairs` and `splits.test` are what is measured; `validationPairs` are empty where nothing can be held out. */
  readonly data: PreparedData;
  readonly training: TrainConfig;
}

/**
 * What to measure a model on. Data with the fingerprint of its training data is split again as its run split it, and
 * only the images that the run held out for the end are used; other data is new as a whole.
 * @throws E_CONFIG where test images are asked for and there are none; E_DATA…, E_IMAGES_BAD
 */
export async function prepareEvaluation(
  whole: Dataset,
  config: ModelConfig,
  choice: EvaluationChoice,
  options: PrepareDataOptions = {},
): Promise<EvaluationData> {
  const training = trainingOf(config);
  const { dataset, fingerprint, isTrainingData } = await recognizeData(whole, config, options.signal);
  const { set } = dataset;
  if (choice.numPairs !== undefined && (dataset.pairs ?? dataset.couples) !== undefined) {
    throw new SamesameError('E_CONFIG', {
      what: `a number of pairs was asked for, but ${set.name} names its pairs`,
      help: 'leave it out',
    });
  }
  if (isTrainingData && choice.split !== 'all') {
    const data = await prepareData(dataset, training, options);
    return { part: 'held-out', training, data: redrawPairs(data, training, choice) };
  }
  const { part, holds } = choosePart(
    set,
    choice.split,
    'measure on all its images (--split all) if the model has seen none of them',
  );
  const pixels = await preparePixels(set, { ...config.input, ...options });
  const test = pixels.usable.filter(holds);
  const rest = pixels.usable.filter((index) => !holds(index));
  const random = createRandom(choice.seed ?? training.seed).fork('evaluate');
  const numPairs = choice.numPairs ?? training.testPairs;
  const data: PreparedData = {
    set,
    pixels,
    target: config.input,
    splits: { train: new Int32Array(), validation: rest, test },
    testPairs:
      explicitPairs(dataset, test, training) ?? drawBalancedPairs(set.labels, test, { numPairs, random }),
    validationPairs: drawIfPossible(set, rest, training),
    fingerprint,
    warnings: warningsOf(set, config, part, isTrainingData),
  };
  return { part, training, data };
}

/** The run's own test pairs, or others of the same images. */
function redrawPairs(
  data: PreparedData,
  training: TrainConfig,
  { numPairs, seed }: EvaluationChoice,
): PreparedData {
  if (data.trainPairs !== undefined || (numPairs === undefined && seed === undefined)) return data;
  const random = createRandom(seed ?? training.seed).fork('evaluate');
  return {
    ...data,
    testPairs: drawBalancedPairs(data.set.labels, data.splits.test, {
      numPairs: numPairs ?? training.testPairs,
      random,
    }),
  };
}

/** The pairs that the source names, as far as both images can be used. */
export function explicitPairs(
  { pairs, couples }: Dataset,
  usable: Int32Array,
  { seed, negativeRatio }: TrainConfig,
): PairList | undefined {
  if (pairs === undefined && couples === undefined) return undefined;
  const all =
    pairs ??
    drawCouplePairs(couples!.set.labels, {
      dissimilarPerSimilar: negativeRatio,
      random: createRandom(seed).fork('couples'),
    });
  const isUsable = new Set(usable);
  const positions = Array.from({ length: all.numPairs }, (_, i) => i);
  return takePairs(
    all,
    positions.filter((i) => isUsable.has(all.left[i]) && isUsable.has(all.right[i])),
  );
}

/** Pairs that choose the threshold of the raw-pixel baseline: of images that are not measured. */
function drawIfPossible({ labels }: ImageSet, images: Int32Array, training: TrainConfig): PairList {
  if (images.length < 4) return emptyPairs(0);
  const random = createRandom(training.seed).fork('baseline');
  try {
    return drawBalancedPairs(labels, images, { numPairs: training.validationPairs, random });
  } catch {
    return emptyPairs(0);
  }
}

/** Why the numbers might be better than they should be: images that the model has seen. */
function warningsOf(
  set: ImageSet,
  { provenance, classes }: ModelConfig,
  part: EvaluatedPart,
  isTrainingData: boolean,
): string[] {
  if (isTrainingData) {
    return [
      'the model was trained on most of these images, so the numbers are too good; without --split all only the images ' +
        'that its run held out are measured',
    ];
  }
  if (part === 'test') return [];
  if (provenance.dataset === set.name) {
    return [
      'the model was trained on data of this name, whose images have changed since: where it has seen them, the numbers ' +
        'are too good',
    ];
  }
  const known = new Set(classes);
  if (set.classNames.length === 0 || !set.classNames.every((name) => known.has(name))) return [];
  return [
    'the model was trained on classes of these names: if it has seen some of these very images, the numbers are too good',
  ];
}
