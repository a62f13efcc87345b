import { type DistanceName, distanceOfKey, forEachDistanceRow } from '../distances.ts';
import type { Products } from '../products.ts';

export interface SilhouetteOptions {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  /** int32 `[N]`: class of each row; rows below 0 take no part. */
  readonly labels: ArrayLike<number>;
  /** Default `euclidean`. */
  readonly distance?: DistanceName;
  /** Rows at a time; memory is `blockSize × N` floats. Default 64. */
  readonly blockSize?: number;
  /** Inner products of a block with all embeddings. Default: plain TypeScript. */
  readonly products?: Products;
}

/**
 * Mean silhouette of classes, `mean((b − a) / max(a, b))`, with a the mean distance to the others of the class and b
 * that to the nearest other class. 1: classes are tight and far apart; 0: they touch; below: they mix. A row that is
 * alone in its class counts 0. N² distances, blocked.
 * @returns null with fewer than two classes
 * @throws E_SHAPE, E_NAN
 * @source Rousseeuw 1987, Silhouettes: a graphical aid to the interpretation and validation of cluster analysis
 */
export async function silhouette(options: SilhouetteOptions): Promise<number | null> {
  const { embeddings, labels, distance = 'euclidean', blockSize = 64, products } = options;
  const numRows = labels.length;
  const places = new Map<number, number>();
  const place = new Int32Array(numRows).fill(-1);
  const sizes: number[] = [];
  for (let i = 0; i < numRows; i++) {
    if (labels[i] < 0) continue;
    if (!places.has(labels[i])) {
      places.set(labels[i], sizes.length);
      sizes.push(0);
    }
    place[i] = places.get(labels[i])!;
    sizes[place[i]]++;
  }
  if (sizes.length < 2) return null;
  const sums = new Float64Array(sizes.length);
  let total = 0;
  let numCounted = 0;
  await forEachDistanceRow(
    {
      queries: embeddings,
      numQueries: numRows,
      gallery: embeddings,
      numGallery: numRows,
      distance,
      blockSize,
      products,
    },
    (row, keys) => {
      if (place[row] < 0) return;
      numCounted++;
      const own = place[row];
      if (sizes[own] === 1) return;
      keys[row] = 0; // exactly: rounding in float32 makes it a little more
      sums.fill(0);
      for (let i = 0; i < numRows; i++) if (place[i] >= 0) sums[place[i]] += distanceOfKey(keys[i], distance);
      const within = sums[own] / (sizes[own] - 1);
      let between = Number.POSITIVE_INFINITY;
      for (let c = 0; c < sizes.length; c++) if (c !== own) between = Math.min(between, sums[c] / sizes[c]);
      const wider = Math.max(within, between);
      if (wider > 0) total += (between - within) / wider;
    },
  );
  return total / numCounted;
}
