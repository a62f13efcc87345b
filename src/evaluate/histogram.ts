import { checkPairs } from './checks.ts';

/** How the distances of the two kinds of pair spread over bins of one width. */
export interface DistanceHistogram {
  /** `[numBins + 1]`, ascending. Bin i holds `edges[i] ≤ distance < edges[i + 1]`, the last one its upper edge too. */
  readonly edges: readonly number[];
  /** `[numBins]`: pairs that are the same thing. */
  readonly similar: readonly number[];
  /** `[numBins]`: pairs that are not. */
  readonly dissimilar: readonly number[];
}

/**
 * Counts similar and dissimilar pairs by distance, from 0 (or the smallest distance where it is negative) to the greatest.
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not
 * @param numBins at least 1. Default 48: fine enough to see two humps, coarse enough that each bar can be seen.
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 */
export function distanceHistogram(
  distances: ArrayLike<number>,
  similar: ArrayLike<number>,
  numBins = 48,
): DistanceHistogram {
  const numPairs = checkPairs(distances, similar);
  let low = 0;
  let high = 0;
  for (let i = 0; i < numPairs; i++) {
    low = Math.min(low, distances[i]);
    high = Math.max(high, distances[i]);
  }
  if (high === low) high = low + 1; // every distance equal: one full bin
  const width = (high - low) / numBins;
  const counts = [new Array<number>(numBins).fill(0), new Array<number>(numBins).fill(0)];
  for (let i = 0; i < numPairs; i++) {
    const bin = Math.min(numBins - 1, Math.floor((distances[i] - low) / width));
    counts[similar[i] > 0.5 ? 1 : 0][bin]++;
  }
  return {
    edges: Array.from({ length: numBins + 1 }, (_, i) => (i === numBins ? high : low + i * width)),
    similar: counts[1],
    dissimilar: counts[0],
  };
}
