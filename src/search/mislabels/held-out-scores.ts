import { choleskyInPlace } from '../../base/cholesky.ts';
import type { LabelledRows, OpenProducts } from './types.ts';

/** Rows that are looked at together. */
const BLOCK = 2048;

/** How strongly the classifier's weights are held down, in mean squared lengths of the rows about their mean. */
const RIDGE = 1;

/**
 * What a linear classifier says of each row that was fitted on all rows but this one: an estimate of the probability of
 * each class, which may be a little below 0 or above 1. The classifier is a ridge regression of the classes' indicators
 * with a free intercept, whose leave-one-out predictions follow from one fit:
 * `y − (y − ŷ) / (1 − h)` with `h` the row's leverage.
 * With `A = XᵀX + λI = LLᵀ` of centred rows and `Z = X L⁻ᵀ`: `ŷ = Z (ZᵀY) + mean`, `h = |z|² + 1/N`, `λ = trace(XᵀX) / D`.
 * @returns float32 `[N, numClasses]`
 * @source Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2009, equation 7.64
 */
export async function heldOutScores(
  { embeddings, labels, numClasses }: LabelledRows,
  openProducts: OpenProducts,
): Promise<Float32Array> {
  const numRows = labels.length;
  const dim = embeddings.length / numRows;
  const mean = meanOf(embeddings, numRows, dim);
  const whitener = whitenerOf(await scatterOf(embeddings, numRows, mean, openProducts), dim);
  const shares = new Float64Array(numClasses);
  for (const label of labels) shares[label] += 1 / numRows;
  const weights = weightsOf({ embeddings, labels, numClasses }, mean, whitener);

  const whiten = await openProducts(Float32Array.from(whitener), dim);
  const project = await openProducts(weights, numClasses);
  const scores = new Float32Array(numRows * numClasses);
  try {
    for (let start = 0; start < numRows; start += BLOCK) {
      const count = Math.min(BLOCK, numRows - start);
      const white = (await whiten.products(centred(embeddings, start, count, mean), count)).slice();
      const fitted = await project.products(white, count);
      for (let i = 0; i < count; i++) {
        let leverage = 1 / numRows;
        for (let d = 0; d < dim; d++) leverage += white[i * dim + d] ** 2;
        for (let c = 0; c < numClasses; c++) {
          const actual = labels[start + i] === c ? 1 : 0;
          const error = actual - fitted[i * numClasses + c] - shares[c];
          scores[(start + i) * numClasses + c] = actual - error / (1 - leverage);
        }
      }
    }
  } finally {
    await whiten.close();
    await project.close();
  }
  return scores;
}

/** float64 `[D]`. */
function meanOf(embeddings: Float32Array, numRows: number, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (let i = 0; i < embeddings.length; i++) mean[i % dim] += embeddings[i];
  return mean.map((sum) => sum / numRows);
}

/** float32 `[count, D]`: rows from `start`, about the mean. */
function centred(embeddings: Float32Array, start: number, count: number, mean: Float64Array): Float32Array {
  const dim = mean.length;
  return embeddings.subarray(start * dim, (start + count) * dim).map((value, i) => value - mean[i % dim]);
}

/** `XᵀX` of the centred rows: float64 `[D, D]`. */
async function scatterOf(
  embeddings: Float32Array,
  numRows: number,
  mean: Float64Array,
  openProducts: OpenProducts,
): Promise<Float64Array> {
  const dim = mean.length;
  const scatter = new Float64Array(dim * dim);
  const block = Math.min(BLOCK, numRows);
  // A column of a block of rows is a row here; behind the last rows stand zeros.
  const columns = new Float32Array(dim * block);
  const { products, close } = await openProducts(columns, dim);
  try {
    for (let start = 0; start < numRows; start += block) {
      const count = Math.min(block, numRows - start);
      const rows = centred(embeddings, start, count, mean);
      columns.fill(0);
      for (let i = 0; i < count; i++)
        for (let d = 0; d < dim; d++) columns[d * block + i] = rows[i * dim + d];
      const part = await products(columns, dim);
      for (let i = 0; i < part.length; i++) scatter[i] += part[i];
    }
  } finally {
    await close();
  }
  return scatter;
}

/** `L⁻¹` with `LLᵀ = scatter + λI`, `λ = RIDGE · trace / D`: float64 `[D, D]`. */
function whitenerOf(scatter: Float64Array, dim: number): Float64Array {
  let trace = 0;
  for (let d = 0; d < dim; d++) trace += scatter[d * (dim + 1)];
  // Where all rows are equal nothing can be told by them, and any λ says so.
  const ridge = trace > 0 ? (RIDGE * trace) / dim : 1;
  for (let d = 0; d < dim; d++) scatter[d * (dim + 1)] += ridge;
  choleskyInPlace(scatter, dim);
  return invertLower(scatter, dim);
}

/** `L⁻¹` of a lower triangle, row by row: each is a sum of those above it. */
function invertLower(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = inverse.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < i; k++) {
      const factor = lower[i * n + k];
      for (let j = 0; j <= k; j++) row[j] -= factor * inverse[k * n + j];
    }
    row[i] = 1;
    for (let j = 0; j <= i; j++) row[j] /= lower[i * (n + 1)];
  }
  return inverse;
}

/** `(L⁻¹ XᵀY)ᵀ`: float32 `[numClasses, D]`. */
function weightsOf(
  { embeddings, labels, numClasses }: LabelledRows,
  mean: Float64Array,
  whitener: Float64Array,
): Float32Array {
  const dim = mean.length;
  const sums = new Float64Array(numClasses * dim);
  for (const [row, label] of labels.entries())
    for (let d = 0; d < dim; d++) sums[label * dim + d] += embeddings[row * dim + d] - mean[d];
  const weights = new Float32Array(numClasses * dim);
  for (let c = 0; c < numClasses; c++) {
    for (let d = 0; d < dim; d++) {
      let sum = 0;
      for (let e = 0; e <= d; e++) sum += whitener[d * dim + e] * sums[c * dim + e];
      weights[c * dim + d] = sum;
    }
  }
  return weights;
}
