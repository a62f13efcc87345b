import type { Estimate, Verification } from '../evaluate/index.ts';

/** The same similar pairs beside the dissimilar ones that look little alike, or much. Null where there is none of them. */
export interface ByNegatives {
  readonly easy: Verification | null;
  readonly hard: Verification | null;
}

/** One measure, of all pairs and with each kind of negatives. */
export interface NegativeRow {
  readonly name: string;
  /** As `NEGATIVE_COLUMNS`. */
  readonly estimates: readonly (Estimate | null)[];
}

export const NEGATIVE_COLUMNS = ['all', 'easy', 'hard'] as const;

const MEASURES = {
  Accuracy: (from) => from.accuracy,
  Precision: (from) => from.precision,
  Recall: (from) => from.recall,
  AUC: (from) => from.auc,
  'Average precision': (from) => from.averagePrecision,
  'Equal error rate': (from) => from.eer,
  // What always giving the commoner verdict reaches: it moves with the number of negatives.
  Majority: ({ majorityBaseline: value }) => ({ value, low: null, high: null }),
} as const satisfies Readonly<Record<string, (from: Verification) => Estimate>>;

/** The rows that terminal and page show, in one order. @param all over all pairs */
export function negativeRows(all: Verification, { easy, hard }: ByNegatives): NegativeRow[] {
  return Object.entries<(from: Verification) => Estimate>(MEASURES).map(([name, pick]) => ({
    name,
    estimates: [all, easy, hard].map((from) => from && pick(from)),
  }));
}

/** `all (30 pairs)`, in the order of `NEGATIVE_COLUMNS`. */
export function negativeTitles(all: Verification, { easy, hard }: ByNegatives): string[] {
  return [all, easy, hard].map((from, i) => `${NEGATIVE_COLUMNS[i]} (${from?.numPairs ?? 0} pairs)`);
}
