import { SamesameError } from '../../base/errors.ts';
import { type ProbabilityCurve, probabilityAt, withPrior } from '../../base/odds.ts';
import { createRandom } from '../../base/random.ts';
import { calibrateLogistic } from '../calibrate.ts';
import { checkPairs } from '../checks.ts';
import { brier, logLoss } from '../probability-metrics.ts';
import type { PairGroups } from '../verify.ts';
import { calibrateIsotonic } from './isotonic.ts';
import { type Reliability, reliability } from './reliability.ts';

/** Shapes of a curve: `logistic` is Platt's, `isotonic` only never rises. */
export type CurveKind = ProbabilityCurve['kind'];

export interface FitOptions {
  /** `[numPairs]`, lower is closer; of pairs that trained nothing. */
  readonly distances: ArrayLike<number>;
  /** `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½. */
  readonly similar: ArrayLike<number>;
  /** What must not be in two folds: image or class of each side. Default: each pair by itself. */
  readonly groups?: PairGroups;
  /** Default `auto`: the one with the lower log loss on folds that it was not fitted to. */
  readonly method?: CurveKind | 'auto';
  /** From 2. Default 5. */
  readonly numFolds?: number;
  /** Controls which group is in which fold. Default 0. */
  readonly seed?: string | number;
  /** Bins of the calibration error. Default 15. */
  readonly numBins?: number;
}

/** A curve and how good its kind is on pairs that it was not fitted to. */
export interface FittedCurve {
  readonly curve: ProbabilityCurve;
  /** Share of similar pairs that the curve was fitted at. */
  readonly prior: number;
  readonly numPairs: number;
  readonly numSimilar: number;
  /** By kind, from cross-validation. */
  readonly heldOut: Readonly<Record<CurveKind, CurveQuality>>;
}

/** How good probabilities are. */
export interface CurveQuality {
  readonly logLoss: number;
  readonly brier: number;
  readonly reliability: Reliability;
}

/**
 * Fits the curve from distance to probability to held-out pairs, and says how good it is on pairs outside the fit.
 *
 * Groups are dealt to folds; a pair is judged by a curve fitted to the pairs that touch neither of its two folds, with
 * the share of similar pairs corrected by Bayes' rule. The curve itself is then fitted to all pairs. It never rises
 * with distance: where similar pairs lie farther apart, it is level.
 * @throws E_DATA where one kind of pair is missing; E_CONFIG; E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function fitCalibration(options: FitOptions): FittedCurve {
  const { distances, similar, method = 'auto', numBins = 15 } = options;
  const numPairs = checkPairs(distances, similar);
  let numSimilar = 0;
  for (let i = 0; i < numPairs; i++) if (similar[i] > 0.5) numSimilar++;
  checkBothKinds(numSimilar, numPairs - numSimilar);
  const prior = numSimilar / numPairs;
  const labels = Uint8Array.from({ length: numPairs }, (_, i) => (similar[i] > 0.5 ? 1 : 0));
  const predicted = predictHeldOut(options, prior);
  const heldOut = {
    logistic: curveQuality(predicted.logistic, labels, numBins),
    isotonic: curveQuality(predicted.isotonic, labels, numBins),
  };
  const better = heldOut.isotonic.logLoss < heldOut.logistic.logLoss ? 'isotonic' : 'logistic';
  const kind = method === 'auto' ? better : method;
  return { curve: fitCurve(kind, distances, similar), prior, numPairs, numSimilar, heldOut };
}

/** Log loss, Brier and reliability of probabilities. @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN */
export function curveQuality(
  probabilities: ArrayLike<number>,
  similar: ArrayLike<number>,
  numBins?: number,
): CurveQuality {
  return {
    logLoss: logLoss(probabilities, similar),
    brier: brier(probabilities, similar),
    reliability: reliability(probabilities, similar, numBins),
  };
}

function fitCurve(
  kind: CurveKind,
  distances: ArrayLike<number>,
  similar: ArrayLike<number>,
): ProbabilityCurve {
  if (kind === 'isotonic') return calibrateIsotonic(distances, similar);
  const { slope, intercept } = calibrateLogistic(distances, similar);
  if (slope >= 0) return { kind, slope, intercept };
  let numSimilar = 0;
  for (let i = 0; i < similar.length; i++) if (similar[i] > 0.5) numSimilar++;
  return { kind, slope: 0, intercept: Math.log((similar.length - numSimilar + 1) / (numSimilar + 1)) };
}

/** Each pair's probability by curves that saw neither of its groups' folds. */
function predictHeldOut(options: FitOptions, prior: number): Record<CurveKind, Float64Array> {
  const { distances, similar, numFolds = 5 } = options;
  const numPairs = distances.length;
  const [left, right] = dealFolds(options);
  const predicted = { logistic: new Float64Array(numPairs), isotonic: new Float64Array(numPairs) };
  for (let a = 0; a < numFolds; a++) {
    for (let b = a; b < numFolds; b++) {
      const asked: number[] = [];
      const fitted: number[] = [];
      for (let i = 0; i < numPairs; i++) {
        const low = Math.min(left[i], right[i]);
        const high = Math.max(left[i], right[i]);
        if (low === a && high === b) asked.push(i);
        else if (low !== a && low !== b && high !== a && high !== b) fitted.push(i);
      }
      if (asked.length === 0) continue;
      const d = Float64Array.from(fitted, (i) => distances[i]);
      const y = Uint8Array.from(fitted, (i) => (similar[i] > 0.5 ? 1 : 0));
      const share = y.reduce((sum, value) => sum + value, 0) / Math.max(1, y.length);
      for (const kind of ['logistic', 'isotonic'] as const) {
        // Too few pairs outside these folds to know anything but how common similar ones are.
        const curve = share > 0 && share < 1 ? fitCurve(kind, d, y) : undefined;
        for (const i of asked) {
          predicted[kind][i] =
            curve === undefined ? prior : withPrior(probabilityAt(distances[i], curve), share, prior);
        }
      }
    }
  }
  return predicted;
}

/** Fold of each side of each pair. */
function dealFolds({ distances, groups, numFolds = 5, seed = 0 }: FitOptions): [Int32Array, Int32Array] {
  if (!Number.isInteger(numFolds) || numFolds < 2) {
    throw new SamesameError('E_CONFIG', {
      what: 'cross-validation needs at least two folds',
      expected: 'a whole number from 2',
      received: String(numFolds),
      details: { option: 'numFolds' },
    });
  }
  const numPairs = distances.length;
  const sides = groups ?? { left: Int32Array.from({ length: numPairs }, (_, i) => i), right: undefined };
  const { left, right = left } = sides;
  checkPairs(distances, left);
  checkPairs(distances, right);
  const ids = new Set<number>();
  for (let i = 0; i < numPairs; i++) ids.add(left[i]).add(right[i]);
  const order = createRandom(seed)
    .fork('folds')
    .shuffle([...ids].sort((a, b) => a - b));
  const foldOf = new Map(order.map((id, place) => [id, place % numFolds]));
  const folds = (side: ArrayLike<number>) =>
    Int32Array.from({ length: numPairs }, (_, i) => foldOf.get(side[i])!);
  return [folds(left), folds(right)];
}

function checkBothKinds(numSimilar: number, numDissimilar: number): void {
  if (numSimilar > 0 && numDissimilar > 0) return;
  const missing = numSimilar === 0 ? 'similar' : 'dissimilar';
  throw new SamesameError('E_DATA', {
    what: `there is no ${missing} pair to calibrate on`,
    expected: 'similar and dissimilar pairs',
    received: `${numSimilar} similar, ${numDissimilar} dissimilar`,
    help:
      numSimilar === 0
        ? 'give images of which at least two show the same thing'
        : 'give images of at least two classes',
    details: { numSimilar, numDissimilar },
  });
}
