import { type BootstrapOptions, bootstrap } from './bootstrap.ts';
import type { Estimate } from './interval.ts';

/** The metrics of each measured query, in the order of measuring: one value a query up to `count`. */
export interface QueryMetrics {
  count: number;
  readonly ks: readonly number[];
  /** int32 `[capacity]`. */
  readonly labels: Int32Array;
  /** float64 `[ks.length]`: queries with a hit among the k nearest. */
  readonly numFound: Float64Array;
  /** By place of k: float64 `[capacity]`. */
  readonly precisionAt: readonly Float64Array[];
  /** By place of k: float64 `[capacity]`, 1 where the k nearest name the query right by majority. */
  readonly knnAt: readonly Float64Array[];
  /** float64 `[capacity]`. */
  readonly rPrecision: Float64Array;
  /** float64 `[capacity]`. */
  readonly mapAtR: Float64Array;
  /** float64 `[capacity]`: one over the rank of the first hit. */
  readonly reciprocalRank: Float64Array;
  /** float64 `[capacity]`. */
  readonly ndcg: Float64Array;
}

/** Ranks that NDCG looks at. */
export const NDCG_DEPTH = 10;

/** What one search found. */
export interface QueryResult {
  readonly label: number;
  /** R: gallery images of the query's class, itself not counted. At least 1. */
  readonly numRelevant: number;
  /** Gallery images that could be found, itself not counted. */
  readonly numFindable: number;
  /** int32: gallery indices, nearest first; at least the first R, k and `NDCG_DEPTH`, where there are so many. */
  readonly nearest: Int32Array;
  /** int32 `[G]`. */
  readonly galleryLabels: ArrayLike<number>;
  /** float32 `[G]`: what `nearest` is sorted by; negative where an image may not be found. */
  readonly keys: Float32Array;
}

/** With fewer classes than this, drawing classes again says little, so queries are drawn. */
const MIN_CLASSES_TO_RESAMPLE = 20;

export function createQueryMetrics(capacity: number, ks: readonly number[]): QueryMetrics {
  return {
    count: 0,
    ks,
    labels: new Int32Array(capacity),
    numFound: new Float64Array(ks.length),
    precisionAt: ks.map(() => new Float64Array(capacity)),
    knnAt: ks.map(() => new Float64Array(capacity)),
    rPrecision: new Float64Array(capacity),
    mapAtR: new Float64Array(capacity),
    reciprocalRank: new Float64Array(capacity),
    ndcg: new Float64Array(capacity),
  };
}

/** Measures one query and appends it. */
export function addQuery(metrics: QueryMetrics, result: QueryResult): void {
  const { label, numRelevant, numFindable, nearest, galleryLabels } = result;
  const query = metrics.count++;
  metrics.labels[query] = label;
  let hits = 0;
  let precisionSum = 0;
  for (let rank = 0; rank < Math.min(numRelevant, nearest.length); rank++) {
    if (galleryLabels[nearest[rank]] !== label) continue;
    hits++;
    precisionSum += hits / (rank + 1);
  }
  metrics.rPrecision[query] = hits / numRelevant;
  metrics.mapAtR[query] = precisionSum / numRelevant;
  for (let i = 0; i < metrics.ks.length; i++) {
    const depth = Math.min(metrics.ks[i], nearest.length);
    let found = 0;
    for (let rank = 0; rank < depth; rank++) if (galleryLabels[nearest[rank]] === label) found++;
    if (found > 0) metrics.numFound[i]++;
    metrics.precisionAt[i][query] = found / Math.min(metrics.ks[i], numFindable);
    metrics.knnAt[i][query] = majorityOf(nearest, depth, galleryLabels) === label ? 1 : 0;
  }
  metrics.reciprocalRank[query] = 1 / firstHit(result);
  let gain = 0;
  let ideal = 0;
  for (let rank = 0; rank < Math.min(NDCG_DEPTH, nearest.length); rank++) {
    const discounted = 1 / Math.log2(rank + 2);
    if (galleryLabels[nearest[rank]] === label) gain += discounted;
    if (rank < numRelevant) ideal += discounted;
  }
  metrics.ndcg[query] = gain / ideal;
}

/** The commonest class among the nearest; of equally common ones the one that was met first. Unlabelled images name nothing. */
function majorityOf(nearest: Int32Array, depth: number, labels: ArrayLike<number>): number {
  const votes = new Map<number, number>();
  let best = -1;
  let most = 0;
  for (let rank = 0; rank < depth; rank++) {
    const label = labels[nearest[rank]];
    if (label >= 0) votes.set(label, (votes.get(label) ?? 0) + 1);
  }
  for (const [label, count] of votes) {
    if (count <= most) continue;
    most = count;
    best = label;
  }
  return best;
}

/** Rank, from 1, of the first gallery image of the query's class. */
function firstHit({ label, nearest, galleryLabels, keys }: QueryResult): number {
  for (let rank = 0; rank < nearest.length; rank++)
    if (galleryLabels[nearest[rank]] === label) return rank + 1;
  let hit = -1;
  for (let i = 0; i < keys.length; i++) {
    if (galleryLabels[i] === label && keys[i] >= 0 && (hit < 0 || keys[i] < keys[hit])) hit = i;
  }
  let rank = 1;
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] >= 0 && (keys[i] < keys[hit] || (keys[i] === keys[hit] && i < hit))) rank++;
  }
  return rank;
}

/** Mean over the measured queries of one of their metrics, with its bootstrap interval. */
export function estimateMean(
  metrics: QueryMetrics,
  values: Float64Array,
  options: BootstrapOptions,
): Estimate {
  const { count, labels } = metrics;
  const sums = new Map<number, number>();
  const counts = new Map<number, number>();
  for (let query = 0; query < count; query++) {
    sums.set(labels[query], (sums.get(labels[query]) ?? 0) + values[query]);
    counts.set(labels[query], (counts.get(labels[query]) ?? 0) + 1);
  }
  if (sums.size < MIN_CLASSES_TO_RESAMPLE) {
    return bootstrap(values.subarray(0, count), new Uint8Array(count).fill(1), options);
  }
  return bootstrap([...sums.values()], [...counts.values()], options);
}
