import type { ProbabilityCurve } from '../../base/odds.ts';
import { sortPairs } from '../sorted-pairs.ts';

export type IsotonicCurve = Extract<ProbabilityCurve, { kind: 'isotonic' }>;

/** Neighbouring distances that share one probability. */
interface Block {
  readonly numSimilar: number;
  readonly numPairs: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The curve that never rises with distance and lies closest to the pairs in least squares, by pooling adjacent
 * violators. Targets are smoothed as in `calibrateLogistic`, so no probability is 0 or 1. A block of distances that
 * share a probability gives its two ends as knots; between blocks the curve is straight. O(n log n).
 * @param distances `[numPairs]`, lower is closer
 * @param similar `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½
 * @throws E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source Ayer et al. 1955, An empirical distribution function for sampling with incomplete information; Zadrozny &
 * Elkan 2002, Transforming classifier scores into accurate multiclass probability estimates
 * @example
 * calibrateIsotonic([1, 2, 3, 4], [1, 0, 1, 0])
 * // { kind: 'isotonic', distances: [1, 2, 3, 4], probabilities: [0.75, 0.5, 0.5, 0.25] }
 */
export function calibrateIsotonic(distances: ArrayLike<number>, similar: ArrayLike<number>): IsotonicCurve {
  const pairs = sortPairs(distances, similar);
  const { numPairs, numSimilar } = pairs;
  const high = (numSimilar + 1) / (numSimilar + 2);
  const low = 1 / (numPairs - numSimilar + 2);
  const blocks: Block[] = [];
  let found = 0;
  let start = 0;
  for (let i = 0; i < numPairs; i++) {
    found += pairs.similar[i];
    if (pairs.isGroupEnd[i] === 0) continue;
    const distance = pairs.distances[i];
    append(blocks, { numSimilar: found, numPairs: i + 1 - start, first: distance, last: distance });
    found = 0;
    start = i + 1;
  }
  const knots = blocks.flatMap(({ numSimilar, numPairs, first, last }) => {
    const probability = low + (high - low) * (numSimilar / numPairs);
    return first === last
      ? [[first, probability] as const]
      : [[first, probability] as const, [last, probability] as const];
  });
  return {
    kind: 'isotonic',
    distances: knots.map(([distance]) => distance),
    probabilities: knots.map(([, probability]) => probability),
  };
}

/** Puts a block at the end, pooled with those before it that are not above it. Counts are compared, so nothing is rounded. */
function append(blocks: Block[], block: Block): void {
  let pooled = block;
  for (let before = blocks.at(-1); before !== undefined; before = blocks.at(-1)) {
    if (before.numSimilar * pooled.numPairs > pooled.numSimilar * before.numPairs) break;
    blocks.pop();
    pooled = {
      numSimilar: before.numSimilar + pooled.numSimilar,
      numPairs: before.numPairs + pooled.numPairs,
      first: before.first,
      last: pooled.last,
    };
  }
  blocks.push(pooled);
}
