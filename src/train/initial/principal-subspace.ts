import type { Random } from '../../base/random.ts';

/** Rounds of multiplying and orthogonalising; only directions near the edge of the span still move by then. */
const NUM_ROUNDS = 8;
/** What is left of a direction that the others span already. */
const MIN_LENGTH = 1e-12;

/**
 * Orthonormal rows that span the directions in which a symmetric matrix is largest, float64 `[size, dim]`; any rows of
 * that span, not the eigenvectors. Where its rank is less than `size`, the other rows are any orthogonal ones.
 * @param matrix float64 `[dim, dim]`, symmetric, no eigenvalue below 0
 * @param size from 1 to `dim`; `dim` gives the identity
 * @param random what the rows start as
 * @source Rutishauser 1969, simultaneous iteration; Halko, Martinsson & Tropp 2011, algorithm 4.4
 */
export function principalSubspace(
  matrix: Float64Array,
  dim: number,
  size: number,
  random: Random,
): Float64Array {
  if (size === dim) {
    const identity = new Float64Array(dim * dim);
    for (let d = 0; d < dim; d++) identity[d * dim + d] = 1;
    return identity;
  }
  let rows = Float64Array.from({ length: size * dim }, () => random.normal());
  orthonormalize(rows, dim, random);
  for (let round = 0; round < NUM_ROUNDS; round++) {
    rows = multiplyRows(rows, matrix, dim);
    orthonormalize(rows, dim, random);
  }
  return rows;
}

/** `rows · matrix` of `[N, dim]` and `[dim, M]`: float64 `[N, M]`. */
export function multiplyRows(
  rows: Float64Array | Float32Array,
  matrix: Float64Array,
  dim: number,
): Float64Array<ArrayBuffer> {
  const width = matrix.length / dim;
  const numRows = rows.length / dim;
  const product = new Float64Array(numRows * width);
  for (let n = 0; n < numRows; n++) {
    const at = n * width;
    for (let d = 0; d < dim; d++) {
      const factor = rows[n * dim + d];
      if (factor === 0) continue;
      const from = d * width;
      for (let m = 0; m < width; m++) product[at + m] += factor * matrix[from + m];
    }
  }
  return product;
}

/** Gram–Schmidt in place, each row twice; a row that the others span is drawn anew. */
function orthonormalize(rows: Float64Array, dim: number, random: Random): void {
  const numRows = rows.length / dim;
  let scale = 0;
  for (const value of rows) scale = Math.max(scale, Math.abs(value));
  for (let n = 0; n < numRows; n++) {
    const row = rows.subarray(n * dim, (n + 1) * dim);
    let smallest = MIN_LENGTH * scale;
    for (let length = 0; ; ) {
      for (let pass = 0; pass < 2; pass++) {
        for (let other = 0; other < n; other++)
          removeFrom(row, rows.subarray(other * dim, (other + 1) * dim));
      }
      length = Math.sqrt(dot(row, row));
      if (length > smallest) {
        for (let d = 0; d < dim; d++) row[d] /= length;
        break;
      }
      for (let d = 0; d < dim; d++) row[d] = random.normal();
      smallest = MIN_LENGTH;
    }
  }
}

function removeFrom(row: Float64Array, direction: Float64Array): void {
  const part = dot(row, direction);
  for (let d = 0; d < row.length; d++) row[d] -= part * direction[d];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}
