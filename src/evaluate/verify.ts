import { createRandom } from '../base/random.ts';
import { majorityBaseline } from './baseline.ts';
import { type BootstrapOptions, DEFAULT_RESAMPLES } from './bootstrap.ts';
import { checkFinite } from './checks.ts';
import { type Estimate, type Interval, percentileInterval, UNDEFINED, wilsonInterval } from './interval.ts';
import { createPairMetrics, measurePairs, PRECISIONS } from './pair-metrics.ts';
import { drawGroups, drawPairs } from './pair-weights.ts';
import { type SortedPairs, sortPairs } from './sorted-pairs.ts';

export interface VerifyOptions extends BootstrapOptions {
  /** `[numPairs]`, lower is closer. */
  readonly distances: ArrayLike<number>;
  /** `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½. */
  readonly similar: ArrayLike<number>;
  /** From `chooseThreshold` on validation pairs. A pair is called the same when `distance < threshold`. */
  readonly threshold: number;
  /** What was drawn independently. Default: each pair by itself. */
  readonly groups?: PairGroups;
}

/**
 * What the two sides of each pair belong to: their image, or their class. Pairs that share a group rise and fall
 * together, so resampling groups instead of pairs gives the wider, honest interval.
 */
export interface PairGroups {
  /** int32 `[numPairs]`: group of the left side, a small integer from 0. */
  readonly left: ArrayLike<number>;
  /** int32 `[numPairs]`: group of the right side. */
  readonly right: ArrayLike<number>;
}

/** How well distances tell similar pairs from dissimilar ones. Nothing in it is NaN; all of it survives JSON. */
export interface Verification {
  readonly numPairs: number;
  readonly numSimilar: number;
  readonly threshold: number;
  /** Share of verdicts that are right. */
  readonly accuracy: Interval;
  /** Share of *same* verdicts that are right. Undefined when no pair was called the same. */
  readonly precision: Estimate;
  /** Share of similar pairs called the same. Undefined without a similar pair. */
  readonly recall: Estimate;
  /** `2·TP / (2·TP + FP + FN)`. Undefined when no pair is similar and none was called so. */
  readonly f1: Estimate;
  /** Chance that a similar pair is closer than a dissimilar one, ties counting ½. Undefined with one kind of pair. */
  readonly auc: Estimate;
  /** Area under the precision–recall steps. Undefined without a similar pair. */
  readonly averagePrecision: Estimate;
  /** Error rate at the threshold where both kinds of error are equally frequent. Undefined with one kind of pair. */
  readonly eer: Estimate;
  /** Highest recall of any threshold with at least this precision, 0 where there is none. Undefined without a similar pair. */
  readonly recallAtPrecision: Readonly<Record<'.80' | '.90' | '.95', Estimate>>;
  readonly confusion: Confusion;
  /** Accuracy of always giving the commoner verdict. */
  readonly majorityBaseline: number;
}

/** Counts of pairs by verdict and truth; *positive* is the verdict `same`. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/**
 * Every pair metric with its 95 % interval. Values are exact; O(n log n) and O(n) per resample.
 *
 * Accuracy, precision and recall get Wilson intervals, the others percentile bootstrap ones. With `groups`, resamples
 * draw groups with replacement and a pair counts as often as its left group times its right one (once where both are
 * the same), and the Wilson intervals use the effective number of pairs `n / deff` that those resamples imply. What has no
 * mistake, or few, tells nothing of how mistakes come together: there it is the least number that there can be, half as many
 * as there are groups, so that 20 images without a mistake say [.72, 1]. A metric that comes out the same on every resample
 * has the Wilson interval of that number.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source Wilson 1927; Owen 2007, The pigeonhole bootstrap; Kish 1965, Survey Sampling (design effect); Hoeffding 1948, A class
 *   of statistics with asymptotically normal distribution, theorem 5.2 (the variance over pairs of N is at most that of N/2
 *   independent ones)
 * @example
 * verify({ distances: [0.1, 0.6, 0.4, 0.9], similar: [1, 1, 0, 0], threshold: 0.5 }).confusion
 * // { truePositive: 1, falsePositive: 1, trueNegative: 1, falseNegative: 1 }
 */
export function verify(options: VerifyOptions): Verification {
  const { distances, similar, threshold, groups, numResamples = DEFAULT_RESAMPLES, seed = 0 } = options;
  checkFinite([threshold], 'threshold');
  const pairs = sortPairs(distances, similar);
  const { numPairs, numSimilar } = pairs;
  const numBelow = countBelow(pairs.distances, threshold);

  const exact = createPairMetrics();
  measurePairs(pairs, new Uint8Array(numPairs).fill(1), numBelow, exact);
  const truePositive = countSimilar(pairs, numBelow);
  const confusion: Confusion = {
    truePositive,
    falsePositive: numBelow - truePositive,
    trueNegative: numPairs - numBelow - (numSimilar - truePositive),
    falseNegative: numSimilar - truePositive,
  };

  const resamples = Array.from({ length: numResamples }, createPairMetrics);
  // Pairs that are drawn one by one are alike in any order, so weights are drawn for the sorted ones directly.
  const draw = groups === undefined ? drawPairs(numPairs) : drawGroups(groups, numPairs, pairs.order);
  const random = createRandom(seed).fork('verify');
  for (const metrics of resamples) measurePairs(pairs, draw(random), numBelow, metrics);

  /** Independent pairs that so many pairs are worth at the least. */
  const atLeast = (total: number) =>
    groups === undefined ? total : Math.min(total, Math.max(1, countGroups(groups, numPairs) / 2));
  const percentile = (
    value: number,
    total: number,
    pick: (metrics: (typeof resamples)[number]) => number,
  ): Estimate => {
    const found = percentileInterval(Number.isNaN(value) ? null : value, Float64Array.from(resamples, pick));
    return found.low !== null && found.low === found.high ? wilsonInterval(value, atLeast(total)) : found;
  };
  const rate = (name: 'accuracy' | 'precision' | 'recall', total: number): Estimate => {
    if (total === 0) return UNDEFINED;
    if (groups === undefined) return wilsonInterval(exact[name], total);
    const samples = resamples.map((metrics) => metrics[name]);
    return wilsonInterval(exact[name], effectiveTotal(exact[name], total, atLeast(total), samples));
  };
  // Chances about one kind of pair against the other are known no better than the rarer kind is.
  const numRarer = Math.min(numSimilar, numPairs - numSimilar);
  const recallAt = (i: number) =>
    percentile(exact.recallAtPrecision[i], numSimilar, (metrics) => metrics.recallAtPrecision[i]);

  return {
    numPairs,
    numSimilar,
    threshold,
    accuracy: rate('accuracy', numPairs) as Interval, // numPairs ≥ 1
    precision: rate('precision', numBelow),
    recall: rate('recall', numSimilar),
    f1: percentile(exact.f1, numPairs, (metrics) => metrics.f1),
    auc: percentile(exact.auc, numRarer, (metrics) => metrics.auc),
    averagePrecision: percentile(exact.averagePrecision, numSimilar, (metrics) => metrics.averagePrecision),
    eer: percentile(exact.eer, numRarer, (metrics) => metrics.eer),
    recallAtPrecision: { '.80': recallAt(0), '.90': recallAt(1), '.95': recallAt(PRECISIONS.length - 1) },
    confusion,
    majorityBaseline: majorityBaseline(similar),
  };
}

/** Binary search for the first distance that is not below the threshold. */
function countBelow(sorted: Float64Array, threshold: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countSimilar(pairs: SortedPairs, end: number): number {
  let count = 0;
  for (let i = 0; i < end; i++) count += pairs.similar[i];
  return count;
}

/** Groups that some pair is of. */
function countGroups({ left, right }: PairGroups, numPairs: number): number {
  const seen = new Set<number>();
  for (let i = 0; i < numPairs; i++) seen.add(left[i]).add(right[i]);
  return seen.size;
}

/** Mistakes, each as an independent pair, from which on the resamples are believed more than the worst case: z². */
const FEW = 4;

/**
 * `total / deff` with `deff = variance of the resampled rate / variance under independence`, at least 1. Where there are
 * few mistakes, it is drawn to the worst case, `total / least`.
 */
function effectiveTotal(rate: number, total: number, least: number, samples: readonly number[]): number {
  const worst = total / least;
  const defined = samples.filter((sample) => !Number.isNaN(sample));
  const independent = (rate * (1 - rate)) / total;
  if (defined.length < 2 || independent === 0) return least;
  const mean = defined.reduce((sum, sample) => sum + sample, 0) / defined.length;
  const variance = defined.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / (defined.length - 1);
  const seen = Math.max(1, variance / independent);
  const numSeen = Math.min(rate, 1 - rate) * least;
  return (total * (numSeen + FEW)) / (numSeen * seen + FEW * Math.max(seen, worst));
}
