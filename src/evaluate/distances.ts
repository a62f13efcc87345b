import { SamesameError } from '../base/errors.ts';
import { checkFinite, checkRows } from './checks.ts';
import { createProducts, type Products } from './products.ts';

/** How far apart two embeddings are. Use the one that the model was trained with. */
export type DistanceName =
  /** `sqrt(Σ(a−b)²)`. */
  | 'euclidean'
  /** `1 − a·b / (|a|·|b|)`; 1 where either has length 0. */
  | 'cosine';

export interface DistanceRowsOptions {
  /** float32 `[Q, D]`. */
  readonly queries: Float32Array;
  readonly numQueries: number;
  /** float32 `[G, D]`. */
  readonly gallery: Float32Array;
  readonly numGallery: number;
  readonly distance: DistanceName;
  readonly blockSize: number;
  readonly products?: Products;
}

/**
 * Visits each query with its row of sort keys, block by block: memory stays at `blockSize × G` floats.
 *
 * A key is `max(|q|² + |g|² − 2·q·g, 0)` (the squared distance), or `max(1 − cos, 0)`. In float32 the Euclidean one is
 * good to about 1e-7·(|q|² + |g|²), so two equal embeddings may lie that far apart.
 * @param visit gets the row's keys, float32 `[G]`, to use or overwrite before it returns
 * @throws E_SHAPE, E_NAN
 */
export async function forEachDistanceRow(
  options: DistanceRowsOptions,
  visit: (query: number, keys: Float32Array) => void,
): Promise<void> {
  const { queries, numQueries, gallery, numGallery, distance, blockSize } = options;
  const dim = checkRows(gallery, numGallery, 'gallery embeddings');
  const queryDim = checkRows(queries, numQueries, 'embeddings');
  if (numQueries > 0 && numGallery > 0 && dim !== queryDim) {
    throw new SamesameError('E_SHAPE', {
      what: 'measuring distances failed: queries and gallery differ in width',
      expected: `[${numQueries}, ${dim}]`,
      received: `[${numQueries}, ${queryDim}]`,
    });
  }
  checkFinite(queries, 'embeddings');
  if (gallery !== queries) checkFinite(gallery, 'gallery embeddings');
  if (numGallery === 0) return;

  const products = options.products ?? createProducts(gallery, numGallery, dim);
  const gallerySquares = squaredNorms(gallery, numGallery, dim);
  const querySquares = gallery === queries ? gallerySquares : squaredNorms(queries, numQueries, dim);
  for (let start = 0; start < numQueries; start += blockSize) {
    const numRows = Math.min(blockSize, numQueries - start);
    const rows = await products(queries.subarray(start * dim, (start + numRows) * dim), numRows);
    if (rows.length !== numRows * numGallery) {
      throw new SamesameError('E_SHAPE', {
        what: 'the products of a block with the gallery have the wrong size',
        expected: `[${numRows}, ${numGallery}]`,
        received: `${rows.length} numbers`,
      });
    }
    checkFinite(rows, 'products');
    for (let row = 0; row < numRows; row++) {
      const keys = rows.subarray(row * numGallery, (row + 1) * numGallery);
      if (distance === 'euclidean') toSquaredDistances(keys, querySquares[start + row], gallerySquares);
      else toCosineDistances(keys, querySquares[start + row], gallerySquares);
      visit(start + row, keys);
    }
  }
}

/** The distance that a sort key of `forEachDistanceRow` stands for. */
export function distanceOfKey(key: number, distance: DistanceName): number {
  return distance === 'euclidean' ? Math.sqrt(key) : key;
}

function toSquaredDistances(keys: Float32Array, querySquare: number, gallerySquares: Float64Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = querySquare + gallerySquares[i] - 2 * keys[i];
    keys[i] = Math.max(key, 0);
  }
}

function toCosineDistances(keys: Float32Array, querySquare: number, gallerySquares: Float64Array): void {
  for (let i = 0; i < keys.length; i++) {
    const lengths = Math.sqrt(querySquare * gallerySquares[i]);
    const key = lengths > 0 ? 1 - keys[i] / lengths : 1;
    keys[i] = Math.max(key, 0);
  }
}

function squaredNorms(values: Float32Array, numRows: number, dim: number): Float64Array {
  const squares = new Float64Array(numRows);
  for (let row = 0; row < numRows; row++) {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += values[row * dim + d] ** 2;
    squares[row] = sum;
  }
  return squares;
}
