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
 * The ROC curve from (0, 0) to (1, 1), one point a distinct distance, thinned to `maxPoints` that lie evenly along it, denser in the corner of a good curve.
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
  return thin(points, maxPoints, (point) => [point.falsePositiveRate, 1 - point.truePositiveRate]);
}

/**
 * The precision–recall curve by growing recall, one point a distinct distance, thinned to `maxPoints` that lie
 * evenly along it, denser in the corner of a good curve. A point's threshold `t` reads *same when `distance ≤ t`*.
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
  return thin(points, maxPoints, (point) => [1 - point.recall, 1 - point.precision]);
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

/**
 * At most `maxPoints` of the points, the first and the last among them, at even steps along the curve. A step is
 * measured on a linear scale and on a logarithmic one towards the perfect corner: a good curve turns within a
 * hundredth of the axis, and a figure zooms in there.
 * @param fromPerfect distance of a point from the perfect value, along each axis, in [0, 1]
 */
function thin<T>(points: T[], maxPoints: number, fromPerfect: (point: T) => [number, number]): T[] {
  const limit = Math.max(2, Math.floor(maxPoints));
  if (points.length <= limit) return points;
  const smallest = 1 / points.length;
  const scale = 1 / Math.log(1 + points.length);
  const place = (value: number) => value + scale * Math.log(value + smallest);
  const along = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = fromPerfect(points[i - 1]);
    const [x1, y1] = fromPerfect(points[i]);
    along[i] = along[i - 1] + Math.abs(place(x1) - place(x0)) + Math.abs(place(y1) - place(y0));
  }
  const step = along[points.length - 1] / (limit - 1);
  const kept: T[] = [points[0]];
  let last = 0;
  for (let i = 1; i + 1 < points.length; i++) {
    if (along[i] - last < step) continue;
    kept.push(points[i]);
    last = along[i];
  }
  if (kept.length === limit) kept.pop(); // rounding let one too many in
  kept.push(points[points.length - 1]);
  return kept;
}
