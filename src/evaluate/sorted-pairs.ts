import { checkPairs } from './checks.ts';

/** Pairs from the closest to the farthest: what every threshold metric is computed from. */
export interface SortedPairs {
  readonly numPairs: number;
  readonly numSimilar: number;
  /** float64 `[numPairs]`, ascending. */
  readonly distances: Float64Array;
  /** uint8 `[numPairs]`: 1 similar, 0 not, in the order of `distances`. */
  readonly similar: Uint8Array;
  /** uint8 `[numPairs]`: 1 where the next distance is greater, so that a threshold fits between. Last entry 1. */
  readonly isGroupEnd: Uint8Array;
  /** int32 `[numPairs]`: index of the pair in the caller's arrays. */
  readonly order: Int32Array;
}

/**
 * Sorts pairs by distance, O(n log n). A pair is similar where its label is above ½, so graded labels count by the side they are on.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function sortPairs(distances: ArrayLike<number>, similar: ArrayLike<number>): SortedPairs {
  const numPairs = checkPairs(distances, similar);
  const order = new Int32Array(numPairs);
  for (let i = 0; i < numPairs; i++) order[i] = i;
  order.sort((a, b) => distances[a] - distances[b] || a - b);
  const sorted = new Float64Array(numPairs);
  const labels = new Uint8Array(numPairs);
  const isGroupEnd = new Uint8Array(numPairs);
  let numSimilar = 0;
  for (let i = 0; i < numPairs; i++) {
    sorted[i] = distances[order[i]];
    labels[i] = similar[order[i]] > 0.5 ? 1 : 0;
    numSimilar += labels[i];
    isGroupEnd[i] = i + 1 === numPairs || distances[order[i + 1]] !== distances[order[i]] ? 1 : 0;
  }
  return { numPairs, numSimilar, distances: sorted, similar: labels, isGroupEnd, order };
}
