import type { Estimate } from './interval.ts';
import { UNDEFINED } from './interval.ts';

/**
 * The share `successes / total` with its exact interval: the shares under which what was seen, or something more
 * extreme, is not rarer than `(1 − confidence) / 2` on either side. Never too short, so it is the one for rates that a
 * promise rests on: 0 errors in 100 pairs still leave up to .0362.
 * @param successes in [0, total]; need not be whole, so that an effective sample size fits
 * @param total of trials; 0 leaves the share undefined
 * @param confidence in (0, 1). Default .95.
 * @source Clopper & Pearson 1934, The use of confidence or fiducial limits illustrated in the case of the binomial
 * @example clopperPearson(0, 100) // { value: 0, low: 0, high: 0.0362 }
 */
export function clopperPearson(successes: number, total: number, confidence = 0.95): Estimate {
  if (!(total > 0)) return UNDEFINED;
  const tail = (1 - confidence) / 2;
  const failures = total - successes;
  return {
    value: successes / total,
    low: successes <= 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    high: failures <= 0 ? 1 : betaQuantile(1 - tail, successes + 1, failures),
  };
}

/**
 * Two-sided p-value of McNemar's exact test: how often `a + b` tosses of a fair coin come out at least as uneven.
 * @param a things that only the first got right, whole
 * @param b things that only the second got right, whole
 * @returns 1 where the two never differ
 * @source McNemar 1947, Note on the sampling error of the difference between correlated proportions
 * @example mcnemar(1, 9) // 0.0215
 */
export function mcnemar(a: number, b: number): number {
  const numDiffering = a + b;
  const few = Math.min(a, b);
  if (numDiffering === 0 || a === b) return 1;
  // P(X ≤ few) of a fair binomial is the regularised incomplete beta at ½.
  return Math.min(1, 2 * incompleteBeta(0.5, numDiffering - few, few + 1));
}

/** x with `I_x(a, b) = p`, by bisection: I rises with x. */
function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The regularised incomplete beta function `I_x(a, b)` for a, b > 0.
 * @source Press et al. 2007, Numerical Recipes, section 6.4 (continued fraction by Lentz's method)
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b;
}

const TINY = 1e-300;
/** The fraction needs about `√max(a, b)` terms; a million pairs take a thousand. */
const MAX_TERMS = 100_000;

function continuedFraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return result;
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/**
 * `ln Γ(x)` for x > 0, good to about 1e-14 of its size.
 * @source Lanczos 1964, A precision approximation of the gamma function (g = 7, n = 9)
 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.99999999999980993;
  for (const [i, coefficient] of LANCZOS.entries()) sum += coefficient / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
