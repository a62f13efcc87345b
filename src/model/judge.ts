import type { ModelConfig } from './config.ts';

/** The answer about two images. */
export interface Comparison {
  /** Lower is closer. */
  readonly distance: number;
  /** Probability that both show the same thing, where similar and dissimilar pairs are equally frequent. */
  readonly probability: number;
  readonly verdict: 'same' | 'different';
  /** The distance below which the verdict is `same`. */
  readonly threshold: number;
}

/** What a distance means under a model's threshold and calibration. */
export function judge(
  distance: number,
  { threshold, calibration }: Pick<ModelConfig, 'threshold' | 'calibration'>,
): Comparison {
  const probability = 1 / (1 + Math.exp(calibration.slope * distance + calibration.intercept));
  return { distance, probability, verdict: distance < threshold ? 'same' : 'different', threshold };
}
