import { type SortedPairs, sortPairs } from './sorted-pairs.ts';

/** Share of dissimilar pairs let through against share of similar pairs found, at one threshold. */
export interface RocPoint {
  /** Null at the point where nothing is called the same. */
  readonly threshold: number | null;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** Share of similar pairs found against share of finds that are right, at one threshold. */
export interface PrecisionRecallPoint {
  readonly threshold: number;
  readonly recall: number;
  readonly precision: number;
}

export interface CurveOptions {
  /** At least 2. Default 200: more than a figure 480 pixels wide can show. */
  readonly maxPoints?: number;
}

/**
 * The ROC curve from (0, 0) to (1, 1), one point a distinct distance, thinned to `maxPoints` that lie evenly along it.
 * A point's threshold `t` reads *same when `distance ≤ t`*; the first point, where nothing is called the same, has none.
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not
 * @returns no point where one of the two kinds of pair is missing
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function rocCurve(
  distances: ArrayLike<number>,
  similar: ArrayLike<number>,
  { maxPoints = 200 }: CurveOptions = {},
): RocPoint[] {
  const pairs = sortPairs(distances, similar);
  const numDissimilar = pairs.numPairs - pairs.numSimilar;
  if (pairs.numSimilar === 0 || numDissimilar === 0) return [];
  const points: RocPoint[] = [{ threshold: null, falsePositiveRate: 0, truePositiveRate: 0 }];
  forEachCut(pairs, (threshold, truePositive, falsePositive) => {
    points.push({
      threshold,
      falsePositiveRate: falsePositive / numDissimilar,
      truePositiveRate: truePositive / pairs.numSimilar,
    });
  });
  return thin(points, maxPoints, (point) => [point.falsePositiveRate, point.truePositiveRate]);
}

/**
 * The precision–recall curve by growing recall, one point a distinct distance, thinned to `maxPoints` that lie evenly
 * along it. A point's threshold `t` reads *same when `distance ≤ t`*.
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not
 * @returns no point without a similar pair
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function precisionRecallCurve(
  distances: ArrayLike<number>,
  similar: ArrayLike<number>,
  { maxPoints = 200 }: CurveOptions = {},
): PrecisionRecallPoint[] {
  const pairs = sortPairs(distances, similar);
  if (pairs.numSimilar === 0) return [];
  const points: PrecisionRecallPoint[] = [];
  forEachCut(pairs, (threshold, truePositive, falsePositive) => {
    points.push({
      threshold,
      recall: truePositive / pairs.numSimilar,
      precision: truePositive / (truePositive + falsePositive),
    });
  });
  return thin(points, maxPoints, (point) => [point.recall, point.precision]);
}

function forEachCut(
  pairs: SortedPairs,
  visit: (threshold: number, truePositive: number, falsePositive: number) => void,
): void {
  let truePositive = 0;
  for (let i = 0; i < pairs.numPairs; i++) {
    truePositive += pairs.similar[i];
    if (pairs.isGroupEnd[i] === 1) visit(pairs.distances[i], truePositive, i + 1 - truePositive);
  }
}

/** At most `maxPoints` of the points, the first and the last among them, at even steps of |Δx| + |Δy|. */
function thin<T>(points: T[], maxPoints: number, place: (point: T) => [number, number]): T[] {
  const limit = Math.max(2, Math.floor(maxPoints));
  if (points.length <= limit) return points;
  const along = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = place(points[i - 1]);
    const [x1, y1] = place(points[i]);
    along[i] = along[i - 1] + Math.abs(x1 - x0) + Math.abs(y1 - y0);
  }
  const step = along[points.length - 1] / (limit - 1);
  const kept: T[] = [points[0]];
  for (let i = 1; i + 1 < points.length && kept.length < limit - 1; i++) {
    if (along[i] >= kept.length * step) kept.push(points[i]);
  }
  kept.push(points[points.length - 1]);
  return kept;
}
