import { SamesameError } from '../base/errors.ts';
import { haveNumbers, selectMultiples } from '../data/class-multiple.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { TrainConfig } from '../train/config.ts';

type Choice = Pick<TrainConfig, 'classMultiple'>;

/**
 * A data set without the classes that a configuration leaves out. What is trained on, split, and fingerprinted is what
 * is left.
 * @throws E_DATA where classes are chosen and their names are not numbers, E_DATA_EMPTY; E_CONFIG for data that names
 *   its pairs
 */
export function chooseClasses(dataset: Dataset, { classMultiple }: Choice): Dataset {
  if (classMultiple === 1) return dataset;
  const { set, pairs, couples } = dataset;
  if (pairs !== undefined || couples !== undefined) {
    throw new SamesameError('E_CONFIG', {
      what: `classMultiple cannot be used with ${set.name}, which names its pairs`,
      expected: '1',
      received: String(classMultiple),
      help: 'leave classMultiple out (--class-multiple)',
    });
  }
  return { ...dataset, set: selectMultiples(set, classMultiple) };
}

/**
 * The part of a data set that a model of this configuration may have been trained on: where there can be none, the whole
 * of it, which is then other data.
 */
export function chooseKnownClasses(dataset: Dataset, { classMultiple }: Choice): Dataset {
  const { set, pairs, couples } = dataset;
  const names = { classNames: set.classNames.filter((name) => Number(name) % classMultiple === 0) };
  const canChoose = pairs === undefined && couples === undefined && haveNumbers(set);
  return canChoose && names.classNames.length > 0 ? chooseClasses(dataset, { classMultiple }) : dataset;
}
