import { createRandom } from '../base/random.ts';
import { kMeans, silhouette } from '../evaluate/index.ts';

export interface ClusterOptions {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  readonly numRows: number;
  /** From 1 to N. Default: the number whose silhouette is best. */
  readonly numClusters?: number;
  /** Most clusters to try where none is asked for. Default 20. */
  readonly maxClusters?: number;
  /** Draws the first centres, and the rows that silhouettes are measured on. Default 0. */
  readonly seed?: string | number;
  /** Called with each number of clusters tried. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** One cluster. */
export interface Cluster {
  /** The nearest to the centre first. */
  readonly rows: readonly number[];
  /** Mean distance of its rows to its centre. */
  readonly radius: number;
}

/** Rows in clusters. */
export interface Clusters {
  /** The largest first. */
  readonly clusters: readonly Cluster[];
  /** int32 `[N]`: place of each row's cluster in `clusters`. */
  readonly assignments: Int32Array;
  /** Mean silhouette over at most 1,000 rows, −1 to 1; null with one cluster. */
  readonly silhouette: number | null;
  /** Of each number of clusters that was tried, on those rows alone; empty where a number was asked for. */
  readonly tried: readonly { readonly numClusters: number; readonly silhouette: number }[];
}

const DEFAULT_MAX_CLUSTERS = 20;
/** Silhouettes need N² distances. */
const MAX_MEASURED = 1000;
const NUM_STARTS = 3;

/**
 * Clusters by k-means, three starts; where no number is asked for, the one from 2 to 20 whose mean silhouette is best on
 * at most 1,000 rows.
 * @throws E_CONFIG for a number out of range, E_SHAPE, E_NAN; what `signal` aborts with
 */
export async function findClusters(options: ClusterOptions): Promise<Clusters> {
  const {
    embeddings,
    numRows,
    numClusters,
    maxClusters = DEFAULT_MAX_CLUSTERS,
    seed = 0,
    onProgress,
    signal,
  } = options;
  const dim = embeddings.length / numRows;
  const most = Math.min(maxClusters, Math.max(1, numRows - 1));
  const counts =
    numClusters === undefined
      ? Array.from({ length: Math.max(1, most - 1) }, (_, i) => Math.min(i + 2, numRows))
      : [numClusters];
  const measured = drawRows(numRows, seed);
  const rows = new Float32Array(measured.length * dim);
  for (const [i, row] of measured.entries())
    rows.set(embeddings.subarray(row * dim, (row + 1) * dim), i * dim);
  const measure = (assignments: Int32Array) => silhouette({ embeddings: rows, labels: assignments });
  const tried: { numClusters: number; silhouette: number }[] = [];
  let best: { readonly count: number; readonly value: number } = { count: counts[0], value: -1 };
  // The number is chosen on the rows that silhouettes are measured on: of many rows, all would take minutes.
  for (const [i, count] of counts.length > 1 ? counts.entries() : []) {
    signal?.throwIfAborted();
    const some = kMeans({ embeddings: rows, numRows: measured.length, numClusters: count, seed });
    const value = (await measure(some.assignments)) ?? -1;
    tried.push({ numClusters: count, silhouette: value });
    if (value > best.value) best = { count, value };
    onProgress?.(i + 1, counts.length);
  }
  signal?.throwIfAborted();
  const found = kMeans({ embeddings, numRows, numClusters: best.count, seed, numStarts: NUM_STARTS });
  const value = await measure(measured.map((row) => found.assignments[row]));
  return { ...sortClusters(embeddings, numRows, found), silhouette: value, tried };
}

function drawRows(numRows: number, seed: string | number): Int32Array {
  const all = Int32Array.from({ length: numRows }, (_, i) => i);
  if (numRows <= MAX_MEASURED) return all;
  return createRandom(seed).fork('silhouette').shuffle(all).slice(0, MAX_MEASURED).sort();
}

function sortClusters(
  embeddings: Float32Array,
  numRows: number,
  { assignments, centres }: ReturnType<typeof kMeans>,
): Pick<Clusters, 'clusters' | 'assignments'> {
  const dim = embeddings.length / numRows;
  const members: { row: number; distance: number }[][] = Array.from(
    { length: centres.length / dim },
    () => [],
  );
  for (let row = 0; row < numRows; row++) {
    let sum = 0;
    for (let d = 0; d < dim; d++)
      sum += (embeddings[row * dim + d] - centres[assignments[row] * dim + d]) ** 2;
    members[assignments[row]].push({ row, distance: Math.sqrt(sum) });
  }
  const order = members
    .map((_, cluster) => cluster)
    .filter((cluster) => members[cluster].length > 0)
    .sort((a, b) => members[b].length - members[a].length || a - b);
  const placeOf = new Map(order.map((cluster, place) => [cluster, place]));
  return {
    assignments: assignments.map((cluster) => placeOf.get(cluster)!),
    clusters: order.map((cluster) => {
      const sorted = members[cluster].sort((a, b) => a.distance - b.distance || a.row - b.row);
      return {
        rows: sorted.map(({ row }) => row),
        radius: sorted.reduce((sum, { distance }) => sum + distance, 0) / sorted.length,
      };
    }),
  };
}
