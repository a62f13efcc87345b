import { SamesameError } from '../../base/errors.ts';
import { checkFinite, checkPairs } from '../checks.ts';

/**
 * The two distances of a three-way answer: `same` where `distance < same`, `different` where `distance > different`,
 * `unsure` elsewhere. Null where no distance allows that answer.
 */
export interface Cuts {
  readonly same: number | null;
  readonly different: number | null;
  /** Error rate that each of the two answers keeps. */
  readonly maxError: number;
  /** Calibration pairs behind `different` and `same`. */
  readonly numSimilar: number;
  readonly numDissimilar: number;
}

export interface CutOptions {
  /** `[numPairs]`, lower is closer: of pairs that share no image, or no class, and that trained nothing. */
  readonly distances: ArrayLike<number>;
  /** `[numPairs]`: 1 the same thing, 0 not; graded labels count as similar above ½. */
  readonly similar: ArrayLike<number>;
  /** α in (0, ½]: bound of `P(called different | same)` and of `P(called same | different)`. */
  readonly maxError: number;
  /** Where both bounds leave a gap, one cut does; it is taken as near to this as they allow. */
  readonly threshold: number;
}

/**
 * Cut points by split conformal prediction, each kind of pair by itself (Mondrian), so that both error rates hold at
 * any share of similar pairs:
 * - `different` is the `⌈(n₊+1)(1−α)⌉`-th smallest distance of the n₊ similar pairs: a new similar pair lies beyond it
 *   with probability at most α;
 * - `same` is the `⌊(n₋+1)α⌋`-th smallest distance of the n₋ dissimilar pairs: a new dissimilar pair lies below it with
 *   probability at most α.
 *
 * With fewer than `1/α − 1` pairs of a kind no distance can promise that much, and the cut is null: the answer is then
 * never given. Where the model is better than asked (`different < same`), both cuts move to one point between them and
 * nothing is left unsure.
 *
 * The bounds hold on average over draws of calibration pairs, for pairs that are exchangeable with them. Pairs that
 * share images are not: draw calibration pairs with `drawDisjointPairs`. They bound the errors among all pairs of a
 * kind, not among those that got a definite answer.
 * @throws E_CONFIG for an error rate out of range; E_DATA_EMPTY, E_DATA_LENGTH, E_NAN
 * @source Vovk, Gammerman & Shafer 2005, Algorithmic Learning in a Random World, sections 2.2 and 4.5
 */
export function chooseCuts({ distances, similar, maxError, threshold }: CutOptions): Cuts {
  const numPairs = checkPairs(distances, similar);
  checkFinite([threshold], 'threshold');
  checkMaxError(maxError);
  const kinds: [number[], number[]] = [[], []];
  for (let i = 0; i < numPairs; i++) kinds[similar[i] > 0.5 ? 1 : 0].push(distances[i]);
  const [dissimilar, alike] = kinds.map((values) => Float64Array.from(values).sort());
  // Rounding must not lose a whole rank: 0.02 · 50 is 1, whatever float64 says.
  const farthest = Math.ceil((alike.length + 1) * (1 - maxError) - 1e-9);
  const closest = Math.floor((dissimilar.length + 1) * maxError + 1e-9);
  let different: number | null = farthest <= alike.length ? alike[Math.max(1, farthest) - 1] : null;
  let same: number | null = closest >= 1 ? dissimilar[closest - 1] : null;
  if (same !== null && different !== null && different < same) {
    same = Math.min(same, Math.max(different, threshold));
    different = same;
  }
  return { same, different, maxError, numSimilar: alike.length, numDissimilar: dissimilar.length };
}

/** The three-way answer to a distance. */
export function answerOf(
  distance: number,
  { same, different }: Pick<Cuts, 'same' | 'different'>,
): 'same' | 'different' | 'unsure' {
  if (same !== null && distance < same) return 'same';
  if (different !== null && distance > different) return 'different';
  return 'unsure';
}

/** Pairs of each kind that a promise of `maxError` needs at least. */
export function pairsNeeded(maxError: number): number {
  return Math.ceil(1 / maxError - 1 - 1e-9);
}

/** @throws E_CONFIG */
export function checkMaxError(maxError: number): void {
  if (maxError > 0 && maxError <= 0.5) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the error rate to keep is out of range',
    expected: 'a number above 0 and at most 0.5: 0.02 for two wrong in a hundred',
    received: String(maxError),
    details: { option: 'maxError' },
  });
}
