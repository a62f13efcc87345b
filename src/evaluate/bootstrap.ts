import { createRandom, type Random } from '../base/random.ts';
import { type Estimate, percentileInterval, UNDEFINED } from './interval.ts';

export interface BootstrapOptions {
  /** Resamples drawn. Default 200: the 2.5 % points are then steady to a tenth of the interval, in a blink. 0: no interval. */
  readonly numResamples?: number;
  /** Names the stream of draws: the same seed gives the same interval. Default 0. */
  readonly seed?: string | number;
}

export const DEFAULT_RESAMPLES = 200;

/**
 * The weighted mean `Σ wᵤ·sumsᵤ / Σ wᵤ·countsᵤ` over units with its 95 % bootstrap interval. A unit is whatever was
 * drawn independently: a query, or a class whose members are alike (then `sums` and `counts` add up its members).
 * @param sums float64 `[units]`: sum of the metric within each unit
 * @param counts `[units]`: how many values each sum adds up
 * @returns undefined where nothing was counted; no interval for fewer than two units
 * @source Efron 1979, Bootstrap methods: another look at the jackknife
 * @example bootstrap([1, 0, 1, 1], [1, 1, 1, 1]) // { value: 0.75, low: 0.25, high: 1 }
 */
export function bootstrap(
  sums: ArrayLike<number>,
  counts: ArrayLike<number>,
  options: BootstrapOptions = {},
): Estimate {
  const { numResamples = DEFAULT_RESAMPLES, seed = 0 } = options;
  const numUnits = sums.length;
  const value = ratio(sums, counts, null);
  if (value === null) return UNDEFINED;
  if (numUnits < 2) return { value, low: null, high: null };
  const random = createRandom(seed).fork('bootstrap');
  const weights = new Uint16Array(numUnits);
  const samples = new Float64Array(numResamples);
  for (let i = 0; i < numResamples; i++) {
    drawWeights(weights, random);
    samples[i] = ratio(sums, counts, weights) ?? Number.NaN;
  }
  return percentileInterval(value, samples);
}

/** How often each of n units is drawn in n draws with replacement, written over `weights`. */
export function drawWeights(weights: Uint16Array, random: Random): void {
  const scale = weights.length / 2 ** 32;
  weights.fill(0);
  // Scaling 32 bits favours some units by at most n/2³², far below what an interval can show.
  for (let draw = 0; draw < weights.length; draw++) weights[Math.floor(random.bits() * scale)]++;
}

function ratio(
  sums: ArrayLike<number>,
  counts: ArrayLike<number>,
  weights: Uint16Array | null,
): number | null {
  let sum = 0;
  let count = 0;
  for (let unit = 0; unit < sums.length; unit++) {
    const weight = weights === null ? 1 : weights[unit];
    sum += weight * sums[unit];
    count += weight * counts[unit];
  }
  return count > 0 ? sum / count : null;
}
