/**
 * The factor `L` of `A = L·Lᵀ`, by Cholesky's method, in place of A's lower triangle. What lies above it is not read.
 * @param a float64 `[n, n]`, symmetric
 * @returns whether A is positive definite, as far as float64 can tell; if not, `a` is of no use any more
 */
export function choleskyInPlace(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      if (i === j && !(sum > 0)) return false;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j];
    }
  }
  return true;
}

/**
 * Solves `L·X = B`; B becomes X.
 * @param lower float64 `[n, n]`, of which the lower triangle is read
 * @param b float64 `[n, width]`
 */
export function solveLowerInPlace(lower: Float64Array, b: Float64Array, n: number, width = 1): void {
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < width; c++) {
      let sum = b[i * width + c];
      for (let k = 0; k < i; k++) sum -= lower[i * n + k] * b[k * width + c];
      b[i * width + c] = sum / lower[i * n + i];
    }
  }
}
