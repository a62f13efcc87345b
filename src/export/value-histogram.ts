/** How often numbers of each size occurred, over a range that grows with them. */
export interface ValueHistogram {
  /** @throws nothing: NaN is not counted */
  add(values: Float32Array): void;
  /** The range that 8 bits are best spent on; `[0, 0]` where nothing but zeros was seen. */
  bestRange(): ValueRange;
}

/** From the least to the greatest number that 8 bits stand for. Zero is always in it. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/** Bins from −R to R: 8 for each of the 256 levels where the range is one-sided, so a level's error is seen. */
const NUM_BINS = 4096;
/** Shares of the whole range that are tried. Below a third no network's activations were ever best. */
const SHARES = Array.from({ length: 36 }, (_, i) => 1 - i * 0.02);

/**
 * Gathers the range of an activation.
 *
 * `bestRange` gives the one with the least squared error of 256 levels over all that was seen: `Σ (clipped part)²` for
 * what lies outside, `step²/12` for what lies inside. A few large numbers then do not make the steps of all others coarse.
 * @source Banner et al. 2019, "Post training 4-bit quantization of convolutional networks", section 2 (here by search over
 *   the histogram, not by a fitted distribution)
 */
export function createValueHistogram(): ValueHistogram {
  let radius = 0;
  let counts = new Float64Array(NUM_BINS);
  let low = 0;
  let high = 0;
  const half = NUM_BINS / 2;

  /** Doubles the range until it holds `size`: two bins become one. */
  const growTo = (size: number) => {
    if (radius === 0) radius = size;
    while (radius < size) {
      const wider = new Float64Array(NUM_BINS);
      for (let i = 0; i < NUM_BINS; i++) wider[half / 2 + (i >> 1)] += counts[i];
      counts = wider;
      radius *= 2;
    }
  };

  return {
    add(values) {
      let [min, max] = [0, 0];
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value < min) min = value;
        if (value > max) max = value;
      }
      low = Math.min(low, min);
      high = Math.max(high, max);
      const size = Math.max(-min, max);
      if (!(size > 0) || size === Infinity) return;
      growTo(size);
      const perUnit = half / radius;
      for (let i = 0; i < values.length; i++) {
        const bin = Math.floor(values[i] * perUnit) + half;
        if (bin >= 0) counts[bin < NUM_BINS ? bin : NUM_BINS - 1]++;
      }
    },
    bestRange() {
      let best = { low, high };
      let least = Number.POSITIVE_INFINITY;
      if (radius === 0) return best;
      for (const share of SHARES) {
        const range = { low: low * share, high: high * share };
        const error = squaredError(counts, radius, range);
        if (error < least) [least, best] = [error, range];
      }
      return best;
    },
  };
}

function squaredError(counts: Float64Array, radius: number, { low, high }: ValueRange): number {
  const width = radius / (NUM_BINS / 2);
  const inside = ((high - low) / 255) ** 2 / 12;
  let error = 0;
  for (let i = 0; i < NUM_BINS; i++) {
    if (counts[i] === 0) continue;
    const centre = (i + 0.5) * width - radius;
    const beyond = centre > high ? centre - high : centre < low ? low - centre : 0;
    error += counts[i] * (beyond > 0 ? beyond * beyond : inside);
  }
  return error;
}
