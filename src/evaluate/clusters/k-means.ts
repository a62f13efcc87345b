import { SamesameError } from '../../base/errors.ts';
import { createRandom, type Random } from '../../base/random.ts';
import { checkFinite, checkRows } from '../checks.ts';

export interface KMeansOptions {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  readonly numRows: number;
  /** From 1 to N. */
  readonly numClusters: number;
  /** Controls the first centres. Default 0. */
  readonly seed?: string | number;
  /** Rounds at most. Default 50: assignments have mostly settled by then. */
  readonly maxRounds?: number;
  /** Starts from other centres; the tightest result is kept. Default 1. */
  readonly numStarts?: number;
}

/** A partition of rows into clusters. */
export interface Clustering {
  /** int32 `[N]`: cluster of each row, 0 to numClusters − 1. */
  readonly assignments: Int32Array;
  /** float64 `[numClusters, D]`. */
  readonly centres: Float64Array;
  /** Sum of squared distances to the centres. */
  readonly inertia: number;
  readonly numRounds: number;
}

/**
 * k-means by Lloyd's rounds from k-means++ centres, Euclidean. A cluster that loses all its rows takes over the row
 * farthest from its centre, so no cluster stays empty where there are as many different rows. Memory: N + k·D numbers.
 * @throws E_CONFIG for a number of clusters out of range, E_SHAPE, E_NAN
 * @source Lloyd 1982, Least squares quantization in PCM; Arthur & Vassilvitskii 2007, k-means++
 */
export function kMeans(options: KMeansOptions): Clustering {
  const { embeddings, numRows, numClusters, seed = 0, maxRounds = 50, numStarts = 1 } = options;
  checkRows(embeddings, numRows, 'embeddings');
  checkFinite(embeddings, 'embeddings');
  if (!Number.isInteger(numClusters) || numClusters < 1 || numClusters > numRows) {
    throw new SamesameError('E_CONFIG', {
      what: 'the number of clusters is out of range',
      expected: `a whole number from 1 to the ${numRows} rows there are`,
      received: String(numClusters),
      details: { option: 'numClusters' },
    });
  }
  let best: Clustering | undefined;
  for (let start = 0; start < Math.max(1, numStarts); start++) {
    const found = runOnce(
      embeddings,
      numRows,
      numClusters,
      maxRounds,
      createRandom(seed).fork('k-means', start),
    );
    if (best === undefined || found.inertia < best.inertia) best = found;
  }
  return best!;
}

function runOnce(
  embeddings: Float32Array,
  numRows: number,
  numClusters: number,
  maxRounds: number,
  random: Random,
): Clustering {
  const dim = embeddings.length / numRows;
  const centres = chooseCentres(embeddings, numRows, dim, numClusters, random);
  const assignments = new Int32Array(numRows).fill(-1);
  const squares = new Float64Array(numRows);
  const sizes = new Int32Array(numClusters);
  let numRounds = 0;
  while (numRounds < maxRounds) {
    numRounds++;
    if (!assign(embeddings, dim, centres, assignments, squares)) break;
    sizes.fill(0);
    for (const cluster of assignments) sizes[cluster]++;
    for (let cluster = 0; cluster < numClusters; cluster++) {
      if (sizes[cluster] > 0) continue;
      let farthest = 0;
      for (let row = 1; row < numRows; row++) if (squares[row] > squares[farthest]) farthest = row;
      if (squares[farthest] === 0) break; // fewer different rows than clusters
      sizes[assignments[farthest]]--;
      assignments[farthest] = cluster;
      sizes[cluster] = 1;
      squares[farthest] = 0;
    }
    centres.fill(0);
    for (let row = 0; row < numRows; row++) {
      const at = assignments[row] * dim;
      for (let d = 0; d < dim; d++) centres[at + d] += embeddings[row * dim + d];
    }
    for (let cluster = 0; cluster < numClusters; cluster++) {
      for (let d = 0; d < dim; d++) centres[cluster * dim + d] /= Math.max(1, sizes[cluster]);
    }
  }
  assign(embeddings, dim, centres, assignments, squares);
  return { assignments, centres, inertia: squares.reduce((sum, square) => sum + square, 0), numRounds };
}

/** Gives each row its nearest centre; of equally near ones the first. Returns whether anything changed. */
function assign(
  embeddings: Float32Array,
  dim: number,
  centres: Float64Array,
  assignments: Int32Array,
  squares: Float64Array,
): boolean {
  let hasChanged = false;
  for (let row = 0; row < assignments.length; row++) {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0, cluster = 0; at < centres.length; cluster++) {
      let sum = 0;
      for (let x = row * dim, end = at + dim; at < end; at++, x++) {
        const difference = embeddings[x] - centres[at];
        sum += difference * difference;
      }
      if (sum < least) {
        least = sum;
        nearest = cluster;
      }
    }
    squares[row] = least;
    if (assignments[row] !== nearest) {
      assignments[row] = nearest;
      hasChanged = true;
    }
  }
  return hasChanged;
}

/** k-means++: each centre a row drawn with chance proportional to its squared distance to the nearest one so far. */
function chooseCentres(
  embeddings: Float32Array,
  numRows: number,
  dim: number,
  numClusters: number,
  random: Random,
): Float64Array {
  const centres = new Float64Array(numClusters * dim);
  const nearest = new Float64Array(numRows).fill(Number.POSITIVE_INFINITY);
  let row = random.integer(numRows);
  for (let cluster = 0; cluster < numClusters; cluster++) {
    centres.set(embeddings.subarray(row * dim, (row + 1) * dim), cluster * dim);
    let total = 0;
    for (let i = 0; i < numRows; i++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += (embeddings[i * dim + d] - centres[cluster * dim + d]) ** 2;
      nearest[i] = Math.min(nearest[i], sum);
      total += nearest[i];
    }
    let left = random.uniform() * total;
    row = 0;
    while (row + 1 < numRows && left >= nearest[row]) left -= nearest[row++];
  }
  return centres;
}
