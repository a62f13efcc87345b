import { SamesameError } from '../base/errors.ts';
import type { ImageSet } from '../data/types.ts';
import type { ModelConfig } from '../model/config.ts';
import { readTrainConfig, type TrainConfig } from '../train/config.ts';

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
  // What it may set was settled when it was trained, on data that may have named its pairs.
  return readTrainConfig({ ...stored, image: config.input }, true);
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
