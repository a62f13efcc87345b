/** Whole-number weights from which one position can be drawn, or changed, in O(log n): a Fenwick tree (Fenwick 1994). */
export interface WeightTree {
  readonly total: number;
  /** Adds `change` to the weight of a position. */
  add(position: number, change: number): void;
  /** The position at which the running sum of weights first exceeds `point`, for `point` in [0, total). */
  find(point: number): number;
}

export function createWeightTree(weights: ArrayLike<number>): WeightTree {
  const size = weights.length;
  const sums = new Float64Array(size + 1);
  let total = 0;
  let top = 1;
  while (top * 2 <= size) top *= 2;

  function add(position: number, change: number): void {
    total += change;
    for (let i = position + 1; i <= size; i += i & -i) sums[i] += change;
  }

  for (let i = 0; i < size; i++) add(i, weights[i]);
  return {
    get total() {
      return total;
    },
    add,
    find(point) {
      let at = 0;
      let left = point;
      for (let step = top; step > 0; step >>= 1) {
        if (at + step > size || sums[at + step] > left) continue;
        at += step;
        left -= sums[at];
      }
      return at;
    },
  };
}
