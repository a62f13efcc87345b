/** Distances that 10 %, 50 % and 90 % of pairs do not pass. */
export type DistanceQuantiles = readonly [tenth: number, half: number, ninetieth: number];

const SHARES = [0.1, 0.5, 0.9] as const;

/**
 * How the distances of similar and of dissimilar pairs are spread: each quantile is the smallest distance that at least its
 * share of the pairs does not pass; null where there are no such pairs.
 * @param distances `[numPairs]`
 * @param similar `[numPairs]`; graded labels count as similar above ½
 */
export function distanceQuantiles(
  distances: Float32Array,
  similar: Float32Array,
): { readonly positive: DistanceQuantiles | null; readonly negative: DistanceQuantiles | null } {
  const of = (isSimilar: boolean): DistanceQuantiles | null => {
    const own = distances.filter((_, i) => similar[i] > 0.5 === isSimilar).sort();
    if (own.length === 0) return null;
    const [tenth, half, ninetieth] = SHARES.map((share) => own[Math.ceil(share * own.length) - 1]);
    return [tenth, half, ninetieth];
  };
  return { positive: of(true), negative: of(false) };
}
