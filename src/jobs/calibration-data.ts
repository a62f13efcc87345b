import { SamesameError } from '../base/errors.ts';
import { fingerprintOf } from '../data/fingerprint.ts';
import { preparePixels } from '../data/pixels/prepare.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ImageSet, PairList } from '../data/types.ts';
import type { ModelConfig } from '../model/config.ts';
import { trainingOf } from './evaluated-part.ts';
import { explicitPairs } from './evaluation-data.ts';
import { type PrepareDataOptions, prepareData } from './prepare.ts';

/** Which images a model is calibrated on. */
export type CalibratedPart =
  /** Those that its own run chose the threshold on. */
  | 'held-out'
  /** The data's own validation split. */
  | 'validation'
  /** All but the data's test split. */
  | 'not-test'
  | 'all';

export interface CalibrationData {
  readonly set: ImageSet;
  readonly pixels: PixelStore;
  /** int32, ascending: the images to calibrate on. */
  readonly images: Int32Array;
  /** Pairs that the source names, among these images; undefined where labels say what is similar. */
  readonly pairs?: PairList;
  readonly part: CalibratedPart;
  readonly fingerprint: string;
  readonly warnings: readonly string[];
}

/**
 * What to calibrate a model on: images that trained nothing, and that are not kept for the final numbers. On the data
 * that the model was trained on those are the validation images of its run; on other data its validation split, else
 * all images outside its test split.
 * @param split `all` takes every image of the data
 * @throws E_CONFIG where no image is left; E_DATA…, E_IMAGES_BAD
 */
export async function prepareCalibration(
  dataset: Dataset,
  config: ModelConfig,
  split: 'all' | undefined,
  options: PrepareDataOptions = {},
): Promise<CalibrationData> {
  const { set } = dataset;
  const training = trainingOf(config);
  const fingerprint = await fingerprintOf(set, options.signal);
  const isTrainingData = fingerprint === config.provenance.fingerprint;
  if (isTrainingData && split !== 'all') {
    const data = await prepareData(dataset, training, options);
    const { pixels, validationPairs, trainPairs } = data;
    const images =
      trainPairs === undefined
        ? data.splits.validation
        : Int32Array.from(new Set([...validationPairs.left, ...validationPairs.right])).sort();
    const warnings =
      training.splitBy === 'pair'
        ? [
            'the validation pairs of this model are of images that it was trained on, so it will be surer than it may be: calibrate on other images',
          ]
        : [];
    await checkSome(images, set, pixels);
    const pairs = trainPairs && validationPairs;
    return { set, pixels, images, pairs, part: 'held-out', fingerprint, warnings };
  }
  const splits = set.splits ?? [];
  const part = split ?? (['validation', 'test'] as const).find((name) => splits.includes(name)) ?? 'all';
  const holds = (index: number) =>
    part === 'all' || (part === 'validation' ? splits[index] === part : splits[index] !== 'test');
  const pixels = await preparePixels(set, { ...config.input, ...options });
  const images = pixels.usable.filter(holds);
  await checkSome(images, set, pixels);
  return {
    set,
    pixels,
    images,
    pairs: explicitPairs(dataset, images, training),
    part: part === 'test' ? 'not-test' : part,
    fingerprint,
    warnings: isTrainingData
      ? ['the model was trained on most of these images, so it will be surer than it may be']
      : [],
  };
}

async function checkSome(images: Int32Array, { name }: ImageSet, pixels: PixelStore): Promise<void> {
  if (images.length > 0) return;
  await pixels.close();
  throw new SamesameError('E_CONFIG', {
    what: `no image of ${name} is left to calibrate on`,
    expected: 'images that trained nothing and are not kept for the test',
    help: 'give other data, or all of this (--split all) if the model has seen none of it',
  });
}
