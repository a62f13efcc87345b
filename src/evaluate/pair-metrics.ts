import type { SortedPairs } from './sorted-pairs.ts';

/** The precisions at which recall is reported, in the order of `PairMetrics.recallAtPrecision`. */
export const PRECISIONS = [0.8, 0.9, 0.95] as const;

/** The pair metrics of one (re)sample; NaN marks the ones it leaves undefined. Written over by `measurePairs`. */
export interface PairMetrics {
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
  auc: number;
  averagePrecision: number;
  eer: number;
  /** `[PRECISIONS.length]`. */
  readonly recallAtPrecision: Float64Array;
}

export function createPairMetrics(): PairMetrics {
  const undefinedYet = Number.NaN;
  return {
    accuracy: undefinedYet,
    precision: undefinedYet,
    recall: undefinedYet,
    f1: undefinedYet,
    auc: undefinedYet,
    averagePrecision: undefinedYet,
    eer: undefinedYet,
    recallAtPrecision: new Float64Array(PRECISIONS.length),
  };
}

/**
 * Every pair metric in one walk over the sorted pairs, O(n). Equal distances are one step: they cannot be told apart.
 * - `auc = P(distance of a similar pair < distance of a dissimilar one) + ½ P(equal)`
 * - `averagePrecision = Σ (recallᵢ − recallᵢ₋₁)·precisionᵢ`
 * - `eer`: the false positive rate where it equals the false negative rate, on the straight line between ROC points
 * - recall at precision p: the highest recall of a threshold with precision ≥ p, 0 where there is none
 * @param weights `[numPairs]` in sorted order: how often each pair counts
 * @param numBelow pairs whose distance is below the threshold: the first of the sorted ones
 */
export function measurePairs(
  pairs: SortedPairs,
  weights: ArrayLike<number>,
  numBelow: number,
  metrics: PairMetrics,
): void {
  const { numPairs, similar, isGroupEnd } = pairs;
  let numSimilar = 0;
  let total = 0;
  let truePositive = 0;
  let positive = 0;
  for (let i = 0; i < numPairs; i++) {
    if (i === numBelow) {
      truePositive = numSimilar;
      positive = total;
    }
    total += weights[i];
    numSimilar += similar[i] * weights[i];
  }
  if (numBelow === numPairs) {
    truePositive = numSimilar;
    positive = total;
  }
  const numDissimilar = total - numSimilar;
  const right = truePositive + (numDissimilar - (positive - truePositive));
  metrics.accuracy = right / total;
  metrics.precision = truePositive / positive;
  metrics.recall = truePositive / numSimilar;
  metrics.f1 = (2 * truePositive) / (positive + numSimilar);

  const [p80, p90, p95] = PRECISIONS;
  let found80 = 0;
  let found90 = 0;
  let found95 = 0;
  let ordered = 0;
  let precisionSum = 0;
  let eer = Number.NaN;
  let above = 0; // similar pairs up to the previous cut
  let below = 0; // dissimilar pairs up to the previous cut
  let hits = 0;
  let seen = 0;
  for (let i = 0; i < numPairs; i++) {
    hits += similar[i] * weights[i];
    seen += weights[i];
    if (isGroupEnd[i] === 0) continue;
    const misses = seen - hits;
    if (hits > above) {
      precisionSum += ((hits - above) * hits) / seen;
      if (hits >= p80 * seen) found80 = hits;
      if (hits >= p90 * seen) found90 = hits;
      if (hits >= p95 * seen) found95 = hits;
    }
    ordered += (misses - below) * (above + hits);
    // Both rates in units of 1 / (numSimilar · numDissimilar): the step that takes false positives past false negatives.
    if (Number.isNaN(eer) && misses * numSimilar >= (numSimilar - hits) * numDissimilar) {
      const before = (numSimilar - above) * numDissimilar - below * numSimilar;
      const after = misses * numSimilar - (numSimilar - hits) * numDissimilar;
      const share = before + after > 0 ? before / (before + after) : 0;
      eer = (below + share * (misses - below)) / numDissimilar;
    }
    above = hits;
    below = misses;
  }
  metrics.auc = ordered / (2 * numSimilar * numDissimilar);
  metrics.averagePrecision = precisionSum / numSimilar;
  metrics.eer = numSimilar > 0 && numDissimilar > 0 ? eer : Number.NaN;
  metrics.recallAtPrecision[0] = found80 / numSimilar;
  metrics.recallAtPrecision[1] = found90 / numSimilar;
  metrics.recallAtPrecision[2] = found95 / numSimilar;
}
