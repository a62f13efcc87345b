import { clopperPearson } from './binomial.ts';
import type { Estimate } from './interval.ts';
import { type SortedPairs, sortPairs } from './sorted-pairs.ts';

/** False match rates that detection is reported at. */
export const FALSE_MATCH_RATES = [0.1, 0.01, 0.001, 0.0001] as const;

/** What a threshold that lets through at most `falseMatchRate` of the dissimilar pairs costs. */
export interface DetectionPoint {
  /** The rate asked for. */
  readonly falseMatchRate: number;
  /** The greatest threshold that keeps it on these pairs: *same* when `distance < threshold`. */
  readonly threshold: number | null;
  /** FNMR: share of similar pairs that it misses; null where the pairs are too few to see such a rate. */
  readonly falseNonMatchRate: number | null;
  /** TAR: `1 − falseNonMatchRate`. */
  readonly trueAcceptRate: number | null;
}

/**
 * FNMR@FMR, which is `1 − TAR@FAR`: the misses at thresholds that let through a tenth, a hundredth … of the dissimilar
 * pairs. A rate below one in the number of dissimilar pairs cannot be seen, so it is null.
 *
 * These thresholds are chosen on the pairs that they are told of: read them as points of the DET curve, not as what a
 * fixed threshold will do on other pairs.
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½
 * @param rates in (0, 1). Default .1, .01, .001, .0001.
 * @param numDistinct different pairs among the dissimilar ones at most, where some were drawn more than once: a rate below
 *   one in so many cannot be seen either. Default: all of them.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source ISO/IEC 19795-1:2021, Biometric performance testing and reporting
 * @example
 * missesAt([0.1, 0.3, 0.5, 0.2, 0.4, 0.6, 0.8], [1, 1, 1, 0, 0, 0, 0], [0.25])
 * // [{ falseMatchRate: 0.25, threshold: 0.4, falseNonMatchRate: 1/3, trueAcceptRate: 2/3 }]
 */
export function missesAt(
  distances: ArrayLike<number>,
  similar: ArrayLike<number>,
  rates: readonly number[] = FALSE_MATCH_RATES,
  numDistinct = Number.POSITIVE_INFINITY,
): DetectionPoint[] {
  const pairs = sortPairs(distances, similar);
  return rates.map((rate) => missesAtRate(pairs, rate, numDistinct));
}

function missesAtRate(
  { numPairs, numSimilar, distances, similar }: SortedPairs,
  rate: number,
  numDistinct: number,
): DetectionPoint {
  const numDissimilar = numPairs - numSimilar;
  const allowed = Math.floor(rate * numDissimilar + 1e-9);
  const nothing = { falseMatchRate: rate, threshold: null, falseNonMatchRate: null, trueAcceptRate: null };
  if (allowed < 1 || rate * numDistinct < 1 - 1e-9 || numSimilar === 0) return nothing;
  let falseMatches = 0;
  let place = 0;
  // The first dissimilar pair that is one too many is not below the threshold.
  for (; place < numPairs; place++) {
    if (similar[place] === 1) continue;
    if (falseMatches === allowed) break;
    falseMatches++;
  }
  if (place === numPairs) return nothing;
  const threshold = distances[place];
  let matches = 0;
  for (let i = 0; distances[i] < threshold; i++) matches += similar[i];
  const trueAcceptRate = matches / numSimilar;
  return {
    falseMatchRate: rate,
    threshold,
    falseNonMatchRate: (numSimilar - matches) / numSimilar,
    trueAcceptRate,
  };
}

export interface FalseMatchOptions {
  readonly distances: ArrayLike<number>;
  readonly similar: ArrayLike<number>;
  /** A pair is called the same when `distance < threshold`. */
  readonly threshold: number;
  /** Independent pairs among the dissimilar ones at most, half of the images for one. Default: all of them. */
  readonly numIndependent?: number;
}

/**
 * The false match rate, the share of dissimilar pairs that are called the same, with its Clopper–Pearson interval.
 * Pairs that share images say less than as many that do not: with `numIndependent` the interval is that of so many.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function falseMatchRate(options: FalseMatchOptions): Estimate {
  const { distances, similar, threshold, numIndependent = Number.POSITIVE_INFINITY } = options;
  const pairs = sortPairs(distances, similar);
  const numDissimilar = pairs.numPairs - pairs.numSimilar;
  let falseMatches = 0;
  for (let i = 0; i < pairs.numPairs && pairs.distances[i] < threshold; i++) {
    if (pairs.similar[i] === 0) falseMatches++;
  }
  const total = Math.min(numDissimilar, numIndependent);
  return clopperPearson((falseMatches / Math.max(1, numDissimilar)) * total, total);
}
