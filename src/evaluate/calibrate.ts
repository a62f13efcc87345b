import { checkPairs } from './checks.ts';

/** From distance to probability: `P(similar | d) = 1 / (1 + exp(slope·d + intercept))`. */
export interface Calibration {
  /** Positive where lower distances mean similar. */
  readonly slope: number;
  readonly intercept: number;
}

const MAX_ITERATIONS = 100;
/** Added to the Hessian's diagonal, so that equal distances do not divide by zero. */
const RIDGE = 1e-12;

/**
 * The logistic curve that turns distances into probabilities, fitted to validation pairs by maximum likelihood with
 * Newton's method and a line search.
 *
 * Targets are smoothed to `(n₊ + 1) / (n₊ + 2)` and `1 / (n₋ + 2)` instead of 1 and 0: pairs that a threshold
 * separates perfectly still give a finite slope. With one kind of pair, or equal distances, the slope is 0 and the
 * probability is constant.
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source Platt 1999, Probabilistic outputs for support vector machines; Lin, Lin & Weng 2007, A note on Platt's
 * probabilistic outputs, algorithm 1
 */
export function calibrateLogistic(distances: ArrayLike<number>, similar: ArrayLike<number>): Calibration {
  const numPairs = checkPairs(distances, similar);
  let numSimilar = 0;
  let mean = 0;
  for (let i = 0; i < numPairs; i++) {
    if (similar[i] > 0.5) numSimilar++;
    mean += distances[i] / numPairs;
  }
  let variance = 0;
  for (let i = 0; i < numPairs; i++) variance += (distances[i] - mean) ** 2 / numPairs;
  const numDissimilar = numPairs - numSimilar;
  const high = (numSimilar + 1) / (numSimilar + 2);
  const low = 1 / (numDissimilar + 2);
  const prior = Math.log((numDissimilar + 1) / (numSimilar + 1));
  // A spread that is only rounding of the mean is no spread.
  if (variance <= (1e-12 * Math.abs(mean)) ** 2) variance = 0;
  if (variance === 0 || numSimilar === 0 || numDissimilar === 0) return { slope: 0, intercept: prior };

  // Standardised distances: Newton then converges alike for distances of any scale.
  const scale = Math.sqrt(variance);
  const x = Float64Array.from({ length: numPairs }, (_, i) => (distances[i] - mean) / scale);
  const target = Float64Array.from({ length: numPairs }, (_, i) => (similar[i] > 0.5 ? high : low));
  let slope = 0;
  let intercept = prior;
  let loss = crossEntropy(x, target, slope, intercept);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let h11 = RIDGE;
    let h22 = RIDGE;
    let h21 = 0;
    let g1 = 0;
    let g2 = 0;
    for (let i = 0; i < numPairs; i++) {
      const p = sigmoid(-(slope * x[i] + intercept));
      const curvature = p * (1 - p);
      h11 += x[i] * x[i] * curvature;
      h22 += curvature;
      h21 += x[i] * curvature;
      g1 += x[i] * (target[i] - p);
      g2 += target[i] - p;
    }
    if (Math.abs(g1) < 1e-9 * numPairs && Math.abs(g2) < 1e-9 * numPairs) break;
    const determinant = h11 * h22 - h21 * h21;
    const stepSlope = -(h22 * g1 - h21 * g2) / determinant;
    const stepIntercept = -(h11 * g2 - h21 * g1) / determinant;
    const descent = g1 * stepSlope + g2 * stepIntercept;
    let size = 1;
    let next = loss;
    for (; size >= 1e-10; size /= 2) {
      next = crossEntropy(x, target, slope + size * stepSlope, intercept + size * stepIntercept);
      if (next < loss + 1e-4 * size * descent) break;
    }
    if (size < 1e-10) break; // rounding: no step lowers the loss any more
    slope += size * stepSlope;
    intercept += size * stepIntercept;
    loss = next;
  }
  return { slope: slope / scale, intercept: intercept - (slope * mean) / scale };
}

/**
 * The probability, in [0, 1], that two images at this distance are the same thing.
 * @example probabilityOf(0.5, { slope: 10, intercept: -5 }) // 0.5
 */
export function probabilityOf(distance: number, { slope, intercept }: Calibration): number {
  return sigmoid(-(slope * distance + intercept));
}

function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** `−Σ t·log(p) + (1−t)·log(1−p)` with `p = 1/(1+exp(f))`, written so that no exponential overflows. */
function crossEntropy(x: Float64Array, target: Float64Array, slope: number, intercept: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const f = slope * x[i] + intercept;
    sum += f >= 0 ? target[i] * f + Math.log1p(Math.exp(-f)) : (target[i] - 1) * f + Math.log1p(Math.exp(f));
  }
  return sum;
}
