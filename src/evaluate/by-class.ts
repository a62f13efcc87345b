import { checkFinite, checkPairs } from './checks.ts';
import { type Estimate, wilson } from './interval.ts';

/** How the pairs of one class were judged. */
export interface ClassAccuracy {
  readonly label: number;
  /** Pairs with at least one image of the class. */
  readonly numPairs: number;
  /** Share of them whose verdict is right. */
  readonly accuracy: Estimate;
  /** Pairs of two of its images that were called different. */
  readonly numMissed: number;
  /** Pairs of one of its images and one of another class that were called the same. */
  readonly numMistaken: number;
  /** The class that it was most often mistaken for; null where it never was. The smaller label where two tie. */
  readonly mistakenFor: { readonly label: number; readonly numPairs: number } | null;
}

export interface ByClassOptions {
  /** `[numPairs]`, lower is closer. */
  readonly distances: ArrayLike<number>;
  /** `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½. */
  readonly similar: ArrayLike<number>;
  /** `[numPairs]`: class of the left image; below 0 where it has none. */
  readonly left: ArrayLike<number>;
  /** `[numPairs]`: class of the right image; below 0 where it has none. */
  readonly right: ArrayLike<number>;
  /** A pair is called the same when `distance < threshold`. */
  readonly threshold: number;
}

/**
 * The accuracy of each class's pairs, the least first; where two tie, the smaller label first. A pair of two classes
 * counts for both, a pair within a class once; images without a class count for none.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function accuracyByClass(options: ByClassOptions): ClassAccuracy[] {
  const { distances, similar, left, right, threshold } = options;
  const numPairs = checkPairs(distances, similar);
  checkPairs(left, right, 'classes of the left images');
  checkPairs(distances, left);
  checkFinite([threshold], 'threshold');
  const tallies = new Map<number, Tally>();
  const tallyOf = (label: number) => {
    const tally = tallies.get(label) ?? { numPairs: 0, numRight: 0, numMissed: 0, mistakenFor: new Map() };
    tallies.set(label, tally);
    return tally;
  };
  const count = (pair: number, label: number, other: number) => {
    if (label < 0) return;
    const tally = tallyOf(label);
    const isSimilar = similar[pair] > 0.5;
    tally.numPairs++;
    if (distances[pair] < threshold === isSimilar) tally.numRight++;
    else if (isSimilar) tally.numMissed++;
    else tally.mistakenFor.set(other, (tally.mistakenFor.get(other) ?? 0) + 1);
  };
  for (let pair = 0; pair < numPairs; pair++) {
    count(pair, left[pair], right[pair]);
    if (left[pair] !== right[pair]) count(pair, right[pair], left[pair]);
  }
  return [...tallies]
    .map(([label, tally]): ClassAccuracy => {
      const [most] = [...tally.mistakenFor].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
      return {
        label,
        numPairs: tally.numPairs,
        accuracy: wilson(tally.numRight, tally.numPairs),
        numMissed: tally.numMissed,
        numMistaken: tally.numPairs - tally.numRight - tally.numMissed,
        mistakenFor: most === undefined ? null : { label: most[0], numPairs: most[1] },
      };
    })
    .sort((a, b) => a.accuracy.value! - b.accuracy.value! || a.label - b.label);
}

interface Tally {
  numPairs: number;
  numRight: number;
  numMissed: number;
  /** Dissimilar pairs that were called the same, by the other class. */
  readonly mistakenFor: Map<number, number>;
}
