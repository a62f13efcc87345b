/**
 * Inner products of a block of embeddings with the whole gallery.
 * @param block float32 `[B, D]`, only valid until the promise settles
 * @returns float32 `[B, G]`; it may be the same buffer each time, and is read before the next call
 */
export type Products = (block: Float32Array, numRows: number) => Promise<Float32Array>;

/** Gallery rows widened at a time: 256 × 64 float64 stay in a core's cache. */
const TILE = 256;

/**
 * `block · galleryᵀ` in plain TypeScript, summed in float64: 10,000 × 10,000 × 64 takes a few seconds on one core.
 * The buffer that it gives is its own and is written over by the next call.
 * @param gallery float32 `[G, D]`, read at every call
 */
export function createProducts(gallery: Float32Array, numGallery: number, dim: number): Products {
  const tile = new Float64Array(TILE * dim);
  let wide = new Float64Array(0);
  let result = new Float32Array(0);
  return async (block, numRows) => {
    if (result.length !== numRows * numGallery) result = new Float32Array(numRows * numGallery);
    if (wide.length !== numRows * dim) wide = new Float64Array(numRows * dim);
    for (let i = 0; i < wide.length; i++) wide[i] = block[i];
    for (let start = 0; start < numGallery; start += TILE) {
      const numColumns = Math.min(TILE, numGallery - start);
      for (let i = 0; i < numColumns * dim; i++) tile[i] = gallery[start * dim + i];
      multiplyTile(wide, numRows, tile, numColumns, dim, result, start, numGallery);
    }
    return result;
  };
}

/** Four rows by two columns at a time: eight sums for six loads. */
function multiplyTile(
  rows: Float64Array,
  numRows: number,
  columns: Float64Array,
  numColumns: number,
  dim: number,
  result: Float32Array,
  start: number,
  stride: number,
): void {
  let r = 0;
  for (; r + 4 <= numRows; r += 4) {
    let c = 0;
    for (; c + 2 <= numColumns; c += 2) {
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      let s20 = 0;
      let s21 = 0;
      let s30 = 0;
      let s31 = 0;
      let a = r * dim;
      let b = c * dim;
      for (const end = a + dim; a < end; a++, b++) {
        const x = columns[b];
        const y = columns[b + dim];
        const q0 = rows[a];
        const q1 = rows[a + dim];
        const q2 = rows[a + 2 * dim];
        const q3 = rows[a + 3 * dim];
        s00 += q0 * x;
        s01 += q0 * y;
        s10 += q1 * x;
        s11 += q1 * y;
        s20 += q2 * x;
        s21 += q2 * y;
        s30 += q3 * x;
        s31 += q3 * y;
      }
      const place = r * stride + start + c;
      result[place] = s00;
      result[place + 1] = s01;
      result[place + stride] = s10;
      result[place + stride + 1] = s11;
      result[place + 2 * stride] = s20;
      result[place + 2 * stride + 1] = s21;
      result[place + 3 * stride] = s30;
      result[place + 3 * stride + 1] = s31;
    }
    for (; c < numColumns; c++) {
      for (let i = r; i < r + 4; i++) result[i * stride + start + c] = dot(rows, i, columns, c, dim);
    }
  }
  for (; r < numRows; r++) {
    for (let c = 0; c < numColumns; c++) {
      result[r * stride + start + c] = dot(rows, r, columns, c, dim);
    }
  }
}

function dot(rows: Float64Array, row: number, columns: Float64Array, column: number, dim: number): number {
  let sum = 0;
  for (let d = 0; d < dim; d++) sum += rows[row * dim + d] * columns[column * dim + d];
  return sum;
}
