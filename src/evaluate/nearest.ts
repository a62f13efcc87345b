import { type DistanceName, distanceOfKey, forEachDistanceRow } from './distances.ts';
import type { Products } from './products.ts';
import { createSelector } from './select.ts';

export interface NearestOptions {
  /** float32 `[Q, D]`. */
  readonly queries: Float32Array;
  readonly numQueries: number;
  /** float32 `[G, D]`. */
  readonly gallery: Float32Array;
  readonly numGallery: number;
  /** Neighbours asked for; where fewer are there, all of them. */
  readonly k: number;
  /** Gallery index that query i must not find, itself most often; −1 for none. Default: none. */
  readonly exclude?: ArrayLike<number>;
  /** Default `euclidean`. */
  readonly distance?: DistanceName;
  /** Queries at a time. Default 64. */
  readonly blockSize?: number;
  /** Inner products of a block with `gallery`. Default: plain TypeScript. */
  readonly products?: Products;
}

/** A gallery image found for a query. */
export interface Neighbour {
  readonly index: number;
  readonly distance: number;
}

/**
 * The `k` nearest gallery images of each query, nearest first, equal distances by gallery index. Exact.
 * @returns one list a query
 * @throws E_SHAPE, E_NAN
 */
export async function findNearest(options: NearestOptions): Promise<Neighbour[][]> {
  const { numQueries, numGallery, k, exclude, distance = 'euclidean', blockSize = 64 } = options;
  const found: Neighbour[][] = Array.from({ length: numQueries }, () => []);
  const selector = createSelector(numGallery);
  await forEachDistanceRow({ ...options, distance, blockSize }, (query, keys) => {
    if (exclude !== undefined && exclude[query] >= 0) keys[exclude[query]] = -1;
    const count = selector.select(keys, k);
    for (let i = 0; i < count; i++) {
      const index = selector.nearest[i];
      found[query].push({ index, distance: distanceOfKey(keys[index], distance) });
    }
  });
  return found;
}

/**
 * The `k` nearest other rows of each row, as `findNearest` finds them.
 * @param options.embeddings float32 `[N, D]`
 * @throws E_SHAPE, E_NAN
 */
export function findNearestOthers({
  embeddings,
  numRows,
  ...options
}: Pick<NearestOptions, 'k' | 'distance' | 'products'> & {
  readonly embeddings: Float32Array;
  readonly numRows: number;
}): Promise<Neighbour[][]> {
  return findNearest({
    ...options,
    queries: embeddings,
    numQueries: numRows,
    gallery: embeddings,
    numGallery: numRows,
    exclude: Int32Array.from({ length: numRows }, (_, i) => i),
  });
}
