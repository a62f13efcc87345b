import { type DistanceName, findNearest, type Products } from '../../evaluate/index.ts';
import type { NeighbourIndex } from './embedding-links.ts';

export interface MemoryIndexOptions {
  /** float32 `[images.length, D]`, not copied. */
  readonly embeddings: Float32Array;
  /** What the rows are of. */
  readonly images: readonly number[];
  readonly distance: DistanceName;
  /** Inner products with all rows. Default: plain TypeScript. */
  readonly products?: Products;
}

/** Exact search over embeddings in memory, 64 queries at a time. */
export function createMemoryIndex({
  embeddings,
  images,
  distance,
  products,
}: MemoryIndexOptions): NeighbourIndex {
  return {
    images,
    search: (queries, numQueries, k, exclude) =>
      findNearest({
        queries,
        numQueries,
        gallery: embeddings,
        numGallery: images.length,
        k,
        exclude,
        distance,
        products,
      }),
  };
}
