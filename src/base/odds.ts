/** From a distance to the probability that two images are the same thing: never rising with distance. */
export type ProbabilityCurve =
  /** `P = 1 / (1 + exp(slope·distance + intercept))`. */
  | { readonly kind: 'logistic'; readonly slope: number; readonly intercept: number }
  /** Straight lines between knots, level outside them. `distances` ascend, `probabilities` never do. */
  | {
      readonly kind: 'isotonic';
      readonly distances: readonly number[];
      readonly probabilities: readonly number[];
    };

/**
 * The probability, in [0, 1], that a curve gives to a distance.
 * @example probabilityAt(0.5, { kind: 'logistic', slope: 10, intercept: -5 }) // 0.5
 */
export function probabilityAt(distance: number, curve: ProbabilityCurve): number {
  if (curve.kind === 'logistic') return sigmoid(-(curve.slope * distance + curve.intercept));
  const { distances, probabilities } = curve;
  const last = distances.length - 1;
  if (distance <= distances[0]) return probabilities[0];
  if (distance >= distances[last]) return probabilities[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (distances[middle] <= distance) low = middle;
    else high = middle;
  }
  const share = (distance - distances[low]) / (distances[high] - distances[low]);
  return probabilities[low] + share * (probabilities[high] - probabilities[low]);
}

/**
 * A probability as it would be where similar pairs had another share, by Bayes' rule on the odds:
 * `odds · (to / (1 − to)) / (from / (1 − from))`.
 * @param from share of similar pairs, in (0, 1), that `probability` holds for
 * @param to share, in (0, 1), that is asked for
 * @example withPrior(0.9, 0.5, 0.01) // 0.0833: nine to one, in a place where 99 of 100 pairs are different
 */
export function withPrior(probability: number, from: number, to: number): number {
  if (from === to || probability <= 0 || probability >= 1) return probability;
  const same = probability * (to / from);
  const different = (1 - probability) * ((1 - to) / (1 - from));
  return same / (same + different);
}

function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}
