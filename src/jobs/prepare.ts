import { checkTrainable } from '../data/classes.ts';
import type { FeatureStore } from '../data/features/types.ts';
import { readContents } from '../data/fingerprint.ts';
import type { PixelTarget } from '../data/pixels/decode.ts';
import { guessPixelShape } from '../data/pixels/guess.ts';
import { preparePixels } from '../data/pixels/prepare.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { Splits } from '../data/splits.ts';
import type { ImageSet, PairList, ProgressEvent } from '../data/types.ts';
import type { TrainConfig } from '../train/config.ts';
import { warnOfColours, warnOfCopies } from './data-warnings.ts';
import { namesPairs, splitData } from './split-data.ts';

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

function withoutReasons({ height, width, channels, resize }: PixelTarget): PixelTarget {
  return { height, width, channels, resize };
}
