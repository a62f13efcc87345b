import { type DistanceName, findNearestOthers, type Products } from '../evaluate/index.ts';
import { checkNeighbours } from './check-neighbours.ts';

export interface OutlierOptions {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  readonly numRows: number;
  /**
   * `distance`: the distance to the k-th nearest, which finds what is far from all. `lof`: how much thinner it is around
   * a row than around its neighbours, which also finds what lies beside a tight cluster. Default `distance`.
   */
  readonly method?: OutlierMethod;
  /** Neighbours, from 1 to N − 1. A group of no more than k odd images still counts as odd. Default: `defaultReach`. */
  readonly k?: number;
  /** Default `euclidean`. */
  readonly distance?: DistanceName;
  readonly products?: Products;
}

export type OutlierMethod = 'distance' | 'lof';

export const OUTLIER_METHODS: readonly OutlierMethod[] = ['distance', 'lof'];

/** How far out each row lies. */
export interface Outliers {
  /** float64 `[N]`: higher is farther out. For `lof` 1 is as dense as its neighbours. */
  readonly strangeness: Float64Array;
  /** From which strangeness on a row counts as an outlier. */
  readonly limit: number;
  /** All rows, the farthest out first; the first `numOutliers` are at or past the limit. */
  readonly order: readonly number[];
  readonly numOutliers: number;
  /** int32 `[N]`: the nearest other row of each. */
  readonly nearest: Int32Array;
}

/** Robust z-values past it are outliers; densities vary more than distances do. */
const MAX_Z: Readonly<Record<OutlierMethod, number>> = { distance: 2.5, lof: 3.5 };
/** What scales a median of absolute deviations to a standard deviation of normal numbers. */
const MAD_SCALE = 1.4826;
/** Densities of rows that lie on each other stay finite. */
const TINY = 1e-10;

const FEWEST_NEIGHBOURS = 10;
const MOST_NEIGHBOURS = 200;
const SHARE_OF_NEIGHBOURS = 0.05;

/**
 * One row in twenty, from 10 to 200: odd images come in groups, and lie near their own kind. With 10 of 3,000 photos a
 * group of thirty foreign images was found last of all (`bench/curate`).
 */
export function defaultReach(numRows: number): number {
  const share = Math.round(SHARE_OF_NEIGHBOURS * numRows);
  return Math.max(1, Math.min(numRows - 1, MOST_NEIGHBOURS, Math.max(FEWEST_NEIGHBOURS, share)));
}

/**
 * Rows far from all others. A row counts as an outlier where the logarithm of its strangeness lies 2.5 robust standard
 * deviations above the median (3.5 for `lof`); where more than half of the rows are equally strange, whatever is stranger.
 * @throws E_CONFIG for k out of range, E_SHAPE, E_NAN
 * @source Ramaswamy, Rastogi & Shim 2000 (k nearest neighbours); Breunig, Kriegel, Ng & Sander, LOF, SIGMOD 2000,
 *   definitions 5 to 7; Iglewicz & Hoaglin 1993 (the limit)
 */
export async function findOutliers(options: OutlierOptions): Promise<Outliers> {
  const { embeddings, numRows, method = 'distance', k = defaultReach(numRows), distance, products } = options;
  checkNeighbours(k, numRows);
  const found = await findNearestOthers({ embeddings, numRows, k, distance, products });
  const strangeness =
    method === 'lof' ? localOutlierFactors(found) : Float64Array.from(found, (near) => near.at(-1)!.distance);
  const limit = limitOf(strangeness, MAX_Z[method]);
  const order = Array.from(strangeness.keys()).sort((a, b) => strangeness[b] - strangeness[a] || a - b);
  const numOutliers = order.filter((row) => strangeness[row] >= limit).length;
  return {
    strangeness,
    limit,
    order,
    numOutliers,
    nearest: Int32Array.from(found, ([first]) => first.index),
  };
}

type Neighbours = Awaited<ReturnType<typeof findNearestOthers>>;

function localOutlierFactors(found: Neighbours): Float64Array {
  const reach = found.map((near) => near.at(-1)!.distance);
  const density = found.map((near) => {
    let sum = 0;
    for (const { index, distance } of near) sum += Math.max(reach[index], distance);
    return 1 / (sum / near.length + TINY);
  });
  return Float64Array.from(found, (near, row) => {
    let sum = 0;
    for (const { index } of near) sum += density[index];
    return sum / near.length / density[row];
  });
}

/** The least strangeness past the robust limit. */
function limitOf(strangeness: Float64Array, maxZ: number): number {
  const logs = strangeness.map((value) => Math.log(value + TINY));
  const middle = medianOf(logs);
  const spread = MAD_SCALE * medianOf(logs.map((value) => Math.abs(value - middle)));
  const limit = Math.exp(middle + maxZ * spread) - TINY;
  // Rounding must not make an outlier of what is as strange as half of the rows.
  return spread > 0 ? limit : limit * (1 + 1e-6) + 1e-9;
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
