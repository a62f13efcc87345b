import { createRandom } from '../base/random.ts';
import { mcnemar } from './binomial.ts';
import { type BootstrapOptions, DEFAULT_RESAMPLES } from './bootstrap.ts';
import { checkPairs } from './checks.ts';
import { type Estimate, percentileInterval } from './interval.ts';
import { createPairMetrics, measurePairs } from './pair-metrics.ts';
import { drawGroups, drawPairs } from './pair-weights.ts';
import { sortPairs } from './sorted-pairs.ts';
import type { PairGroups } from './verify.ts';

/** What one model says of the pairs. */
export interface PairVerdicts {
  /** `[numPairs]`, lower is closer. */
  readonly distances: ArrayLike<number>;
  /** Its own: a pair is called the same when `distance < threshold`. */
  readonly threshold: number;
}

export interface ComparePairedOptions extends BootstrapOptions {
  readonly first: PairVerdicts;
  readonly second: PairVerdicts;
  /** `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½. */
  readonly similar: ArrayLike<number>;
  /** What was drawn independently. Default: each pair by itself. */
  readonly groups?: PairGroups;
}

/** Two models on the same pairs. Differences are first minus second. */
export interface PairedComparison {
  readonly numPairs: number;
  /** Pairs that only the first model, and only the second one, judged right. */
  readonly onlyFirstRight: number;
  readonly onlySecondRight: number;
  /** McNemar's exact test of the verdicts, two-sided, as if pairs were independent: too small where they share images. */
  readonly pValue: number;
  readonly accuracyDifference: Estimate;
  /** Undefined with one kind of pair. */
  readonly aucDifference: Estimate;
}

/**
 * Compares two models on the same pairs: both see the same easy and hard ones, so their difference is known much better
 * than either number. Intervals are 95 % percentile bootstrap ones over the same draws for both.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @example
 * comparePaired({ first, second, similar }).accuracyDifference // { value: 0.021, low: 0.012, high: 0.031 }
 */
export function comparePaired(options: ComparePairedOptions): PairedComparison {
  const { first, second, similar, groups, numResamples = DEFAULT_RESAMPLES, seed = 0 } = options;
  const numPairs = checkPairs(first.distances, similar);
  checkPairs(second.distances, similar);
  const isRight = ({ distances, threshold }: PairVerdicts, pair: number) =>
    distances[pair] < threshold === similar[pair] > 0.5;
  let onlyFirstRight = 0;
  let onlySecondRight = 0;
  for (let pair = 0; pair < numPairs; pair++) {
    const [a, b] = [isRight(first, pair), isRight(second, pair)];
    if (a && !b) onlyFirstRight++;
    if (b && !a) onlySecondRight++;
  }
  const measured = [first, second].map(({ distances, threshold }) => {
    const pairs = sortPairs(distances, similar);
    let numBelow = 0;
    while (numBelow < numPairs && pairs.distances[numBelow] < threshold) numBelow++;
    const metrics = createPairMetrics();
    const sorted = new Float64Array(numPairs);
    return (weights: ArrayLike<number>) => {
      for (let i = 0; i < numPairs; i++) sorted[i] = weights[pairs.order[i]];
      measurePairs(pairs, sorted, numBelow, metrics);
      return { accuracy: metrics.accuracy, auc: metrics.auc };
    };
  });
  const differences = (weights: ArrayLike<number>) => {
    const [a, b] = measured.map((measure) => measure(weights));
    return { accuracy: a.accuracy - b.accuracy, auc: a.auc - b.auc };
  };
  const exact = differences(new Uint8Array(numPairs).fill(1));
  // Weights are drawn in the caller's order of pairs, which both models share.
  const draw = groups === undefined ? drawPairs(numPairs) : drawGroups(groups, numPairs);
  const random = createRandom(seed).fork('paired');
  const samples = Array.from({ length: numResamples }, () => differences(draw(random)));
  const estimate = (name: 'accuracy' | 'auc') =>
    percentileInterval(
      Number.isNaN(exact[name]) ? null : exact[name],
      Float64Array.from(samples, (sample) => sample[name]),
    );
  return {
    numPairs,
    onlyFirstRight,
    onlySecondRight,
    pValue: mcnemar(onlyFirstRight, onlySecondRight),
    accuracyDifference: estimate('accuracy'),
    aucDifference: estimate('auc'),
  };
}
