import { SamesameError } from '../base/errors.ts';
import { fingerprintOf } from '../data/fingerprint.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ImageSet } from '../data/types.ts';
import type { ModelConfig } from '../model/config.ts';
import { readStoredConfig, type TrainConfig } from '../train/config.ts';
import { chooseKnownClasses } from './chosen-classes.ts';

/** Which images a model is measured on. */
export type EvaluatedPart =
  /** Those that its own run held out for the final numbers. */
  | 'held-out'
  /** The data's own test split. */
  | 'test'
  | 'all';

/** The configuration that a model was trained with, to split its data again as its run did. */
export function trainingOf(config: ModelConfig): TrainConfig {
  const { pixelScale: _, ...stored } = config.provenance.training;
  return readStoredConfig({ ...stored, image: config.input });
}

/** A data set as far as a model's own run would use it, and whether it is what the run was trained on. */
export interface RecognizedData {
  readonly dataset: Dataset;
  readonly fingerprint: string;
  readonly isTrainingData: boolean;
}

/** Finds out whether a model was trained on this data, on all of it or on the classes that its run chose. */
export async function recognizeData(
  whole: Dataset,
  config: ModelConfig,
  signal?: AbortSignal,
): Promise<RecognizedData> {
  const isOwn = (fingerprint: string) => fingerprint === config.provenance.fingerprint;
  const dataset = chooseKnownClasses(whole, trainingOf(config));
  const fingerprint = await fingerprintOf(dataset.set, signal);
  if (dataset === whole || isOwn(fingerprint))
    return { dataset, fingerprint, isTrainingData: isOwn(fingerprint) };
  // Other data: none of its classes was chosen by anybody.
  return { dataset: whole, fingerprint: await fingerprintOf(whole.set, signal), isTrainingData: false };
}

/**
 * The part of other data than a model's own: its test split, or all of it where there is none or all is asked for.
 * @param help what to do instead where test images are asked for and there are none
 * @returns the part, and whether it holds image `index`
 * @throws E_CONFIG
 */
export function choosePart(
  set: Pick<ImageSet, 'name' | 'splits'>,
  split: 'test' | 'all' | undefined,
  help: string,
): { readonly part: 'test' | 'all'; readonly holds: (index: number) => boolean } {
  const hasTest = set.splits?.includes('test') ?? false;
  if (split === 'test' && !hasTest) {
    throw new SamesameError('E_CONFIG', {
      what: `${set.name} has no test split`,
      expected:
        'data with folders train/ and test/ or a column split, or the very data that the model was trained on',
      help,
    });
  }
  if (!hasTest || split === 'all') return { part: 'all', holds: () => true };
  return { part: 'test', holds: (index) => set.splits![index] === 'test' };
}
