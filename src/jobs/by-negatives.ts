import type { PairKind } from '../data/sources/pair-folders.ts';
import type { PairList } from '../data/types.ts';
import { type Verification, verify } from '../evaluate/index.ts';
import type { ByNegatives } from '../report/negative-rows.ts';

/**
 * The numbers of pair folders once more with each kind of negatives, the similar pairs being the same.
 * @param distances float32 `[numPairs]`, of `pairs`
 * @param kinds of each pair of the source, whose pair `i` is image `2i` with image `2i + 1`
 */
export function verifyByNegatives(
  distances: Float32Array,
  pairs: PairList,
  kinds: readonly PairKind[],
  { threshold, seed }: { readonly threshold: number; readonly seed: string | number },
): ByNegatives {
  const kindOf = (pair: number) => kinds[pairs.left[pair] >> 1];
  const places = Array.from({ length: pairs.numPairs }, (_, i) => i);
  const measure = (kind: PairKind): Verification | null => {
    if (!places.some((place) => kindOf(place) === kind)) return null;
    const chosen = places.filter((place) => kindOf(place) === 'positive' || kindOf(place) === kind);
    const take = (values: Float32Array) => Float32Array.from(chosen, (place) => values[place]);
    const side = (images: Int32Array) => Int32Array.from(chosen, (place) => images[place]);
    return verify({
      distances: take(distances),
      similar: take(pairs.similar),
      threshold,
      groups: { left: side(pairs.left), right: side(pairs.right) },
      seed,
    });
  };
  return { easy: measure('negative_easy'), hard: measure('negative_hard') };
}
