import { checkPairs } from './checks.ts';

/**
 * Mean squared error of probabilities: `mean((p − y)²)`. 0 is perfect, .25 is what ½ everywhere gets.
 * @param probabilities `[numPairs]` in [0, 1]
 * @param similar `[numPairs]`: 1 the same thing, 0 not
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source Brier 1950, Verification of forecasts expressed in terms of probability
 */
export function brier(probabilities: ArrayLike<number>, similar: ArrayLike<number>): number {
  const numPairs = checkPairs(probabilities, similar, 'probabilities');
  let sum = 0;
  for (let i = 0; i < numPairs; i++) sum += (probabilities[i] - similar[i]) ** 2;
  return sum / numPairs;
}

/**
 * Mean negative log-likelihood in nats: `−mean(y·log p + (1−y)·log(1−p))`. 0 is perfect, .693 is what ½ everywhere gets.
 * @param probabilities `[numPairs]`, held inside [1e-15, 1 − 1e-15] so that one certain mistake does not make it infinite
 * @param similar `[numPairs]`: 1 the same thing, 0 not
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function logLoss(probabilities: ArrayLike<number>, similar: ArrayLike<number>): number {
  const numPairs = checkPairs(probabilities, similar, 'probabilities');
  let sum = 0;
  for (let i = 0; i < numPairs; i++) {
    const p = Math.min(1 - 1e-15, Math.max(1e-15, probabilities[i]));
    sum -= similar[i] * Math.log(p) + (1 - similar[i]) * Math.log(1 - p);
  }
  return sum / numPairs;
}

/**
 * How far probabilities are from frequencies: `Σ (nᵇ/n)·|mean pᵇ − mean yᵇ|` over bins of equal width. 0 is perfect.
 * @param probabilities `[numPairs]` in [0, 1]
 * @param similar `[numPairs]`: 1 the same thing, 0 not
 * @param numBins at least 1. Default 15, as the paper's.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source Guo, Pleiss, Sun & Weinberger 2017, On calibration of modern neural networks, equation 3
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  similar: ArrayLike<number>,
  numBins = 15,
): number {
  const numPairs = checkPairs(probabilities, similar, 'probabilities');
  const excess = new Float64Array(numBins);
  for (let i = 0; i < numPairs; i++) {
    const bin = Math.max(0, Math.min(numBins - 1, Math.floor(probabilities[i] * numBins)));
    excess[bin] += probabilities[i] - similar[i];
  }
  return excess.reduce((sum, value) => sum + Math.abs(value), 0) / numPairs;
}
