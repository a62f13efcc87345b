import { SamesameError } from '../base/errors.ts';
import { selectClasses } from './subset.ts';
import type { ImageSet } from './types.ts';

/** Names that an error lists. */
const MAX_NAMED = 5;

/**
 * The images of the classes whose name is a whole number that `multiple` divides, as published experiments take one
 * class in fifty (`class % 50 == 0`). Class 0 is among them. Classes are numbered anew.
 * @param multiple a whole number from 1; 1 keeps every class, whatever its name
 * @throws E_DATA where names are not whole numbers: the message lists some; E_DATA_EMPTY where no class is left; E_CONFIG
 * @example
 * selectMultiples(set, 50).classNames; // ['0', '50', '100', …]
 */
export function selectMultiples(set: ImageSet, multiple: number): ImageSet {
  if (!Number.isInteger(multiple) || multiple < 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'classMultiple is out of range',
      expected: 'a whole number from 1',
      received: String(multiple),
    });
  }
  if (multiple === 1) return set;
  const others = set.classNames.filter((name) => !isWholeNumber(name));
  if (others.length > 0 || set.classNames.length === 0) {
    const named = others.slice(0, MAX_NAMED).map((name) => JSON.stringify(name));
    throw new SamesameError('E_DATA', {
      what: `the classes of ${set.name} that ${multiple} divides cannot be found`,
      expected: 'classes whose names are whole numbers from 0: 0, 50, 100',
      received:
        others.length === 0
          ? 'images without a class'
          : `${others.length} of ${set.classNames.length} names that are none: ${named.join(', ')}${others.length > MAX_NAMED ? ', …' : ''}`,
      help: 'leave classMultiple out (--class-multiple)',
      details: { classNames: others },
    });
  }
  // A name of many digits is more than a float can hold.
  return selectClasses(set, (name) => BigInt(name) % BigInt(multiple) === 0n);
}

/** Whether classes can be chosen by the number that they are called. */
export function haveNumbers({ classNames }: Pick<ImageSet, 'classNames'>): boolean {
  return classNames.length > 0 && classNames.every(isWholeNumber);
}

function isWholeNumber(name: string): boolean {
  return /^\d+$/.test(name);
}
