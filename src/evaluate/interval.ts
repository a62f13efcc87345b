/** A number with its 95 % interval. `low ≤ value ≤ high`, all finite. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A number that the data may leave undefined. `value` is null where the metric has no meaning (precision when nothing
 * was called the same); `low` and `high` are null where no interval could be made.
 */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The estimate of a metric that the data leaves undefined. */
export const UNDEFINED: Estimate = { value: null, low: null, high: null };

/** 97.5 % point of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * The share `successes / total` with its 95 % Wilson interval
 * `(p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) / (1 + z²/n)`.
 * Unlike the normal approximation it stays inside [0, 1] and has width at 0 and at 1, where good models live.
 * @param successes in [0, total]; need not be whole, so that an effective sample size fits
 * @param total of trials; 0 leaves the share undefined
 * @source Wilson 1927, Probable inference, the law of succession, and statistical inference
 * @example wilson(8, 10) // { value: 0.8, low: 0.4902, high: 0.9433 }
 */
export function wilson(successes: number, total: number): Estimate {
  return total > 0 ? wilsonInterval(successes / total, total) : UNDEFINED;
}

/** The Wilson interval of a share seen in `total > 0` trials. */
export function wilsonInterval(share: number, total: number): Interval {
  const centre = share + (Z * Z) / (2 * total);
  const reach = Z * Math.sqrt((share * (1 - share)) / total + (Z * Z) / (4 * total * total));
  const scale = 1 + (Z * Z) / total;
  return {
    value: share,
    low: Math.min(share, Math.max(0, (centre - reach) / scale)),
    high: Math.max(share, Math.min(1, (centre + reach) / scale)),
  };
}

/**
 * The 95 % percentile interval of `value` from its resampled values: their 2.5 % and 97.5 % points, widened where
 * needed to hold `value`. Resamples in which the metric is undefined arrive as NaN and are left out; where they are
 * more than half, there is no interval.
 * @param samples float64 `[numResamples]`, sorted in place
 * @source Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13
 */
export function percentileInterval(value: number | null, samples: Float64Array): Estimate {
  if (value === null) return UNDEFINED;
  samples.sort(); // NaN last
  let numDefined = samples.length;
  while (numDefined > 0 && Number.isNaN(samples[numDefined - 1])) numDefined--;
  if (numDefined === 0 || numDefined * 2 < samples.length) return { value, low: null, high: null };
  const defined = samples.subarray(0, numDefined);
  return {
    value,
    low: Math.min(value, quantile(defined, 0.025)),
    high: Math.max(value, quantile(defined, 0.975)),
  };
}

/** Linear interpolation between order statistics. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
