/**
 * Spearman's rank correlation of two lists: Pearson's of their ranks, equal values sharing the mean of their ranks.
 * @param left, right as long as each other
 * @returns −1…1; null where it is not defined: fewer than two values, or a list of equal ones
 * @source Spearman 1904, "The proof and measurement of association between two things"
 * @example
 * rankCorrelation([1, 2, 3], [10, 400, 5000]); // 1
 */
export function rankCorrelation(left: ArrayLike<number>, right: ArrayLike<number>): number | null {
  if (left.length < 2) return null;
  const [a, b] = [ranksOf(left), ranksOf(right)];
  const middle = (left.length - 1) / 2;
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += (a[i] - middle) * (b[i] - middle);
    squareA += (a[i] - middle) ** 2;
    squareB += (b[i] - middle) ** 2;
  }
  if (squareA === 0 || squareB === 0) return null;
  return Math.max(-1, Math.min(1, product / Math.sqrt(squareA * squareB)));
}

/** Ranks from 0, ties at their mean. */
function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}
