import type { ImageFacts } from '../../data/inspect/index.ts';
import type { Placement } from './align.ts';
import type { Candidate } from './candidates.ts';

/** Side of `ImageLook.patch`. */
const SIDE = 16;
/** Places of the one image that must lie on the other. */
const MIN_PLACES = 24;
/** Of 300 photos with their edits one copy in fifty stays below it, and two thirds of what windows propose by chance. */
const MIN_CORRELATION = 0.4;

/** Whether two images are worth reading again: by one of the guesses they look alike at 16×16. */
export function isWorthReading(
  { a, b, guesses, isMirrored }: Candidate,
  facts: readonly ImageFacts[],
): boolean {
  const [left, right] = [facts[a].look, facts[b].look];
  if (left === undefined || right === undefined) return false;
  const patch = isMirrored ? right.patch.map((_, i) => right.patch[i ^ (SIDE - 1)]) : right.patch;
  return guesses.some((guess) => correlateLooks(left.patch, patch, guess) >= MIN_CORRELATION);
}

/**
 * What two images correlate by at 16×16, one laid on the other as a guess has it: enough to see, before either file is
 * read again, that two pictures have nothing to do with each other.
 * @param a int8 `[16, 16]` of the image that is laid
 * @param b int8 `[16, 16]`
 * @returns −1 to 1; 0 where too little of one lies on the other, or one is of one colour there
 */
export function correlateLooks(a: Int8Array, b: Int8Array, { xx, xy, x0, yx, yy, y0 }: Placement): number {
  let [count, sumA, sumB, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [px, py] = [(x + 0.5) / SIDE, (y + 0.5) / SIDE];
      const u = SIDE * (xx * px + xy * py + x0) - 0.5;
      const v = SIDE * (yx * px + yy * py + y0) - 0.5;
      if (!(u > -0.5 && v > -0.5 && u < SIDE - 0.5 && v < SIDE - 0.5)) continue;
      const left = Math.max(0, Math.min(SIDE - 2, Math.floor(u)));
      const top = Math.max(0, Math.min(SIDE - 2, Math.floor(v)));
      const fu = Math.max(0, Math.min(1, u - left));
      const fv = Math.max(0, Math.min(1, v - top));
      const at = top * SIDE + left;
      const vb =
        (1 - fv) * ((1 - fu) * b[at] + fu * b[at + 1]) +
        fv * ((1 - fu) * b[at + SIDE] + fu * b[at + SIDE + 1]);
      const va = a[y * SIDE + x];
      count++;
      sumA += va;
      sumB += vb;
      aa += va * va;
      bb += vb * vb;
      ab += va * vb;
    }
  }
  if (count < MIN_PLACES) return 0;
  const spread = (aa - (sumA * sumA) / count) * (bb - (sumB * sumB) / count);
  return spread < 1e-6 ? 0 : (ab - (sumA * sumB) / count) / Math.sqrt(spread);
}
