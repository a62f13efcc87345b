import { type Alignment, align } from './align.ts';
import type { Candidate } from './candidates.ts';
import type { Pyramids } from './thumbnails.ts';

/** What the details of two copies correlate by, by themselves; different things of one shape stay below .62. */
const SURE_DETAIL = 0.8;
/** The same where so many windows agree besides. */
const LIKELY_DETAIL = 0.6;
const LIKELY_VOTES = 3;
const MIN_CORRELATION = 0.7;
/** A crop shows this much of what it is cut from, and is itself shown almost whole. */
const MIN_COVERED = 0.3;
const MIN_COVERED_OF_ONE = 0.6;

/** Lays two images on each other and looks whether they are one picture. @returns undefined where they are not */
export async function confirm(candidate: Candidate, pyramids: Pyramids): Promise<Alignment | undefined> {
  const { a, b, votes, guesses, isMirrored } = candidate;
  const [left, right] = await Promise.all([pyramids.get(a), pyramids.get(b, isMirrored)]);
  if (left === undefined || right === undefined) return undefined;
  let best: Alignment | undefined;
  for (const guess of guesses) {
    const found = align(left, right, guess);
    if (found === undefined || !isCopy(found, votes)) continue;
    if (best === undefined || found.detail > best.detail) best = found;
    if (best.detail >= SURE_DETAIL) break;
  }
  return best;
}

function isCopy({ detail, correlation, coveredA, coveredB }: Alignment, votes: number): boolean {
  return (
    detail >= (votes >= LIKELY_VOTES ? LIKELY_DETAIL : SURE_DETAIL) &&
    correlation >= MIN_CORRELATION &&
    Math.min(coveredA, coveredB) >= MIN_COVERED &&
    Math.max(coveredA, coveredB) >= MIN_COVERED_OF_ONE
  );
}
