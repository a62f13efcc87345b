/** How often values fall into each bucket, in TensorFlow's form. All of it is finite. */
export interface ValueHistogram {
  /** 0 without a value, as `max`. */
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Right edges, ascending. Bucket i holds `limits[i − 1] ≤ value < limits[i]`. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** Edges at ±1e-12 · 1.1ⁿ up to 1e20, zero, and the greatest doubles: a tenth wide wherever weights lie. */
const LIMITS = ((): Float64Array => {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  positive.push(Number.MAX_VALUE);
  return Float64Array.from([...positive.map((limit) => -limit).reverse(), 0, ...positive]);
})();

/**
 * Counts values in TensorFlow's default buckets; a run of empty ones is written as one.
 *
 * Values that are not finite are left out: TensorFlow refuses such a tensor, but a picture of the rest is what shows
 * where it went wrong. Without a value there is one bucket, with nothing in it.
 * @param values float32, read during the call
 * @source tensorflow/core/lib/histogram/histogram.cc
 * @example countValues([0.5, -2, 0.5]).num // 3
 */
export function countValues(values: ArrayLike<number>): ValueHistogram {
  const counts = new Float64Array(LIMITS.length);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let num = 0;
  let sum = 0;
  let sumSquares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    counts[bucketOf(value)]++;
    if (value < min) min = value;
    if (value > max) max = value;
    num++;
    sum += value;
    sumSquares += value * value;
  }
  if (num === 0) return { min: 0, max: 0, num, sum, sumSquares, limits: [Number.MAX_VALUE], counts: [0] };
  return { min, max, num, sum, sumSquares, ...withoutGaps(counts) };
}

/** The first bucket whose limit is above the value. */
function bucketOf(value: number): number {
  let low = 0;
  let high = LIMITS.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (LIMITS[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function withoutGaps(all: Float64Array): Pick<ValueHistogram, 'limits' | 'counts'> {
  const limits: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < all.length; i++) {
    const isSecondEmpty = all[i] === 0 && counts.at(-1) === 0;
    if (isSecondEmpty) limits[limits.length - 1] = LIMITS[i];
    else {
      limits.push(LIMITS[i]);
      counts.push(all[i]);
    }
  }
  return { limits, counts };
}
