import { sortPairs } from './sorted-pairs.ts';

/**
 * The threshold with the highest accuracy on these pairs, for the rule *same when `distance < threshold`*. O(n log n).
 *
 * It lies midway between two neighbouring distances. Of thresholds that are equally accurate, the one in the widest
 * gap wins, then the smallest. Calling every pair different gives the smallest distance itself, calling every pair the
 * same gives the next float32 above the greatest; both happen only when no threshold between two pairs does better,
 * as with one kind of pair or with equal distances.
 *
 * Choose it on validation pairs, report on test pairs: a threshold flatters the pairs that chose it.
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @example chooseThreshold([0.1, 0.3, 0.7, 0.9], [1, 1, 0, 0]) // 0.5
 */
export function chooseThreshold(distances: ArrayLike<number>, similar: ArrayLike<number>): number {
  const pairs = sortPairs(distances, similar);
  const { numPairs, numSimilar } = pairs;
  const smallest = pairs.distances[0];
  const greatest = pairs.distances[numPairs - 1];

  let best = smallest;
  let bestRight = numPairs - numSimilar;
  let bestGap = 0;
  let right = bestRight;
  for (let i = 0; i < numPairs; i++) {
    right += pairs.similar[i] === 1 ? 1 : -1;
    if (pairs.isGroupEnd[i] === 0) continue;
    const here = pairs.distances[i];
    const next = i + 1 < numPairs ? pairs.distances[i + 1] : here;
    const gap = next - here;
    if (right > bestRight || (right === bestRight && gap > bestGap)) {
      best = next > here ? midpoint(here, next) : nextFloat32(greatest);
      bestRight = right;
      bestGap = gap;
    }
  }
  return best;
}

/** Strictly above `low`, at most `high`, however close they are. */
function midpoint(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle > low ? middle : high;
}

const SMALLEST_NORMAL = 2 ** -126;

/**
 * The smallest float32 above `value`; above 0 the smallest normal one, because a thread in which a network was trained
 * may take subnormal numbers for 0.
 */
function nextFloat32(value: number): number {
  if (Math.abs(value) < SMALLEST_NORMAL) return SMALLEST_NORMAL;
  const float = new Float32Array([value]);
  const bits = new Int32Array(float.buffer);
  if (float[0] > value) return float[0];
  bits[0] += float[0] > 0 ? 1 : -1;
  return float[0];
}
