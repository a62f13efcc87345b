import { hammingDistance } from '../../data/hash/perceptual.ts';
import { type Alignment, align, type Placement } from './align.ts';
import { type Candidate, placementOf, WINDOW_BITS } from './candidates.ts';
import { medianOfCells } from './cells.ts';
import { placeOf } from './portraits.ts';
import type { View, Views } from './thumbnails.ts';

/** What the texture of two copies correlates by in the middle one of their cells; clothes of one cut come near it. */
const SURE_CELLS = 0.9;
/** The same where so many windows agree besides. */
const LIKELY_CELLS = 0.8;
const LIKELY_VOTES = 3;
/** Of details as a whole: a text or a frame may take the rest. */
const MIN_DETAIL = 0.65;
/** The same where too little has texture for cells to say anything. */
const MIN_DETAIL_ALONE = 0.96;
/** Another guess cannot do better by much. */
const GOOD_DETAIL = 0.9;
const MIN_CORRELATION = 0.7;
/** A crop shows this much of what it is cut from, and is itself shown almost whole. */
const MIN_COVERED = 0.3;
const MIN_COVERED_OF_ONE = 0.6;
/** Between two images that something else holds for alike, hashes this far apart are worth a try. */
const LOOSE_BITS = 12;
const MAX_GUESSES = 3;
const WHOLE_ON_WHOLE: Placement = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/** Lays two images on each other and looks whether they are one picture. @returns undefined where they are not */
export async function confirm(candidate: Candidate, views: Views): Promise<Alignment | undefined> {
  const { a, b, votes, guesses, isMirrored } = candidate;
  const [left, right] = await Promise.all([views.get(a), views.get(b, isMirrored)]);
  return left && right && tryGuesses(left, right, guesses, votes);
}

/**
 * The same where nothing is known of how they would lie: every window of one is held against every window of the other.
 * @returns undefined where they are not one picture
 */
export async function confirmUnguided(
  a: number,
  b: number,
  views: Views,
  isMirrored = false,
): Promise<Alignment | undefined> {
  const [left, right] = await Promise.all([views.get(a), views.get(b, isMirrored)]);
  if (left === undefined || right === undefined) return undefined;
  const matches: { readonly bits: number; readonly guess: Placement }[] = [];
  for (const mine of left.windows()) {
    for (const other of right.windows()) {
      const bits = hammingDistance(mine.hash, other.hash);
      if (bits <= LOOSE_BITS)
        matches.push({ bits, guess: placementOf(placeOf(mine, left), placeOf(other, right)) });
    }
  }
  matches.sort((p, q) => p.bits - q.bits);
  const votes = matches.filter(({ bits }) => bits <= WINDOW_BITS).length;
  const guesses = matches.slice(0, MAX_GUESSES).map(({ guess }) => guess);
  // What has no windows is small or blank, and can only lie as a whole.
  const isBare = left.windows().length === 0 || right.windows().length === 0;
  return tryGuesses(left, right, isBare ? [WHOLE_ON_WHOLE] : guesses, votes);
}

function tryGuesses(
  left: View,
  right: View,
  guesses: readonly Placement[],
  votes: number,
): Alignment | undefined {
  let best: Alignment | undefined;
  for (const guess of guesses) {
    const found = align(left.pyramid, right.pyramid, guess);
    if (found === undefined || !mayBeCopy(found) || !isCopy(found, left, right, votes)) continue;
    if (best === undefined || found.detail > best.detail) best = found;
    if (best.detail >= GOOD_DETAIL) break;
  }
  return best;
}

function mayBeCopy({ detail, correlation, coveredA, coveredB }: Alignment): boolean {
  return (
    detail >= MIN_DETAIL &&
    correlation >= MIN_CORRELATION &&
    Math.min(coveredA, coveredB) >= MIN_COVERED &&
    Math.max(coveredA, coveredB) >= MIN_COVERED_OF_ONE
  );
}

function isCopy({ detail, placement }: Alignment, left: View, right: View, votes: number): boolean {
  const cells = medianOfCells(left.texture(), right.texture(), placement);
  if (cells === undefined) return detail >= MIN_DETAIL_ALONE;
  return cells >= (votes >= LIKELY_VOTES ? LIKELY_CELLS : SURE_CELLS);
}
