import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import { preparePixels } from '../data/pixels/prepare.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ImageSet } from '../data/types.ts';
import type { ModelConfig } from '../model/config.ts';
import { choosePart, type EvaluatedPart, recognizeData, trainingOf } from './evaluated-part.ts';
import { type PrepareDataOptions, prepareData } from './prepare.ts';

/** The images of a map, decoded. */
export interface MapImages {
  readonly part: EvaluatedPart;
  /** What the images are numbered in: the data set, or those of its classes that the model's run chose. */
  readonly set: ImageSet;
  readonly pixels: PixelStore;
  /** int32: those that are drawn, ascending. */
  readonly images: Int32Array;
  /** int32: what they were drawn from. */
  readonly found: Int32Array;
}

/**
 * The images that a model's map shows, by the rules of `evaluate`: of its own training data those that its run held out,
 * of other data the test split or, without one, all. Neither labels nor pairs are needed.
 * @param choice.maxImages where there are more, so many are drawn by the seed
 * @throws E_CONFIG where test images are asked for and there are none; E_DATA…, E_IMAGES_BAD
 */
export async function chooseMapImages(
  whole: Dataset,
  config: ModelConfig,
  choice: {
    readonly split?: 'test' | 'all';
    readonly maxImages: number;
    readonly seed: string | number;
  },
  options: PrepareDataOptions = {},
): Promise<MapImages> {
  const { dataset, isTrainingData } = await recognizeData(whole, config, options.signal);
  const { set } = dataset;
  const draw = (found: Int32Array) => {
    if (found.length === 0) {
      throw new SamesameError('E_DATA_EMPTY', {
        what: `${set.name} has no image to draw`,
        help: 'draw all its images (--split all)',
      });
    }
    return { images: drawImages(found, choice.maxImages, choice.seed), found };
  };
  if (isTrainingData && choice.split !== 'all') {
    const { pixels, splits } = await prepareData(dataset, trainingOf(config), options);
    return { part: 'held-out', set, pixels, ...draw(splits.test) };
  }
  const { part, holds } = choosePart(set, choice.split, 'draw all its images (--split all)');
  const pixels = await preparePixels(set, { ...config.input, ...options });
  return { part, set, pixels, ...draw(pixels.usable.filter(holds)) };
}

/** At most `maxCount` of the images, drawn by the seed, in ascending order. */
export function drawImages(images: Int32Array, maxCount: number, seed: string | number): Int32Array {
  if (images.length <= maxCount) return images;
  return createRandom(seed).fork('map', 'images').shuffle(images.slice()).slice(0, maxCount).sort();
}
