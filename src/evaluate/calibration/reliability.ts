import { checkPairs } from '../checks.ts';
import { type Interval, wilsonInterval } from '../interval.ts';

/** Pairs of about one probability. */
export interface ReliabilityBin {
  readonly numPairs: number;
  /** Mean of what was said. */
  readonly probability: number;
  /** Share that is similar, with its Wilson interval as if pairs were independent. */
  readonly similar: Interval;
}

/** How far probabilities are from frequencies. */
export interface Reliability {
  /** By rising probability. */
  readonly bins: readonly ReliabilityBin[];
  /** `Σ (nᵇ/n)·|mean pᵇ − mean yᵇ|`: the expected calibration error over these bins. */
  readonly ece: number;
  readonly numPairs: number;
}

/**
 * The reliability diagram and the expected calibration error over bins that hold equally many pairs. Pairs of equal
 * probability stay together, so there may be fewer bins than asked for; `bins.length` says how many.
 *
 * Bins of equal width, as `expectedCalibrationError` has them, leave most of their bins empty where a model is sure.
 * @param probabilities `[numPairs]` in [0, 1]
 * @param similar `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½
 * @param numBins at least 1. Default 15, as Guo et al. have; the noise of the error grows with it.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source Nixon et al. 2019, Measuring calibration in deep learning (equal-mass bins)
 */
export function reliability(
  probabilities: ArrayLike<number>,
  similar: ArrayLike<number>,
  numBins = 15,
): Reliability {
  const numPairs = checkPairs(probabilities, similar, 'probabilities');
  const order = Int32Array.from({ length: numPairs }, (_, i) => i);
  order.sort((a, b) => probabilities[a] - probabilities[b] || a - b);
  const bins: ReliabilityBin[] = [];
  let ece = 0;
  let start = 0;
  for (let bin = 1; bin <= numBins && start < numPairs; bin++) {
    let end = Math.max(start + 1, Math.round((bin * numPairs) / numBins));
    while (end < numPairs && probabilities[order[end]] === probabilities[order[end - 1]]) end++;
    let said = 0;
    let found = 0;
    for (let i = start; i < end; i++) {
      said += probabilities[order[i]];
      if (similar[order[i]] > 0.5) found++;
    }
    const count = end - start;
    bins.push({
      numPairs: count,
      probability: said / count,
      similar: wilsonInterval(found / count, count),
    });
    ece += Math.abs(said - found) / numPairs;
    start = end;
  }
  return { bins, ece, numPairs };
}
