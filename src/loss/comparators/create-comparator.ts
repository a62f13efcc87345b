import { checkOptionNames, pick } from '../names.ts';
import { type AbsoluteDifferenceHeadOptions, absoluteDifferenceHead } from './absolute-difference-head.ts';
import type { Comparator } from './comparator.ts';
import { concatHead } from './concat-head.ts';

interface Entry {
  readonly options: readonly string[];
  readonly create: (options: AbsoluteDifferenceHeadOptions) => Comparator;
}

const COMPARATORS = {
  'absolute-difference': {
    options: ['hidden', 'similarShare'] satisfies (keyof AbsoluteDifferenceHeadOptions)[],
    create: absoluteDifferenceHead,
  },
  concat: { options: [], create: concatHead },
} satisfies Record<string, Entry>;

export type ComparatorName = keyof typeof COMPARATORS;

/** The names that `createComparator` knows. */
export const COMPARATOR_NAMES = Object.keys(COMPARATORS) as readonly ComparatorName[];

/**
 * A comparator head by its name, for command lines and configuration files; in code, call its function.
 * @throws E_CONFIG where the name or an option is unknown, with the nearest known one, or an option is out of range
 * @example
 * const head = createComparator('absolute-difference', { hidden: 64 });
 */
export function createComparator(name: string, options: AbsoluteDifferenceHeadOptions = {}): Comparator {
  const { options: known, create } = pick<Entry>(COMPARATORS, name, 'comparator');
  checkOptionNames(options, known, name);
  return create(options);
}
