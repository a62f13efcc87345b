import { findNearWords } from '../../data/hash/near.ts';
import type { Placement } from './align.ts';
import type { Pairing } from './types.ts';

/** The windows of many images, packed: 20 bytes each. */
export interface WindowTable {
  /** Those of image `i` are `starts[i] … starts[i + 1] − 1`. */
  readonly starts: Int32Array;
  /** uint32 `[numWindows, 2]`. */
  readonly hashes: Uint32Array;
  /** Centre and half side as shares of the image's width and height: float32 `[numWindows, 4]` x, y, half / width, half / height. */
  readonly places: Float32Array;
  /** uint32 `[numWindows, 2]`: hashes of the windows' mirror images; absent where those are not looked for. */
  readonly mirrored?: Uint32Array;
}

/** Two images that may be copies, and how one would lie on the other. */
export interface Candidate {
  readonly a: number;
  readonly b: number;
  /** Windows that both have, and that lay one image on the other in the same way. */
  readonly votes: number;
  /** Those that most windows agree on first. */
  readonly guesses: readonly Placement[];
  /** Whether `b` is seen in a mirror. */
  readonly isMirrored: boolean;
}

/** Bits in which the hashes of one window in two copies may differ. At 7 each look-up asks for 68 values, at 8 for 548. */
export const WINDOW_BITS = 7;
/** Of very many windows with one hash (a corner of a frame, a plain wall) each is held against so many, not against all. */
const MAX_LEADERS = 8;
/** Of two near hashes, so many images of each are held against each other. */
const MAX_CROSSED = 3;
const MAX_GUESSES = 3;
/** Votes of one pair that are looked at. */
const MAX_VOTES = 24;
/** Votes in memory, 17 bytes each. */
const MAX_BALLOTS = 16_000_000;
/** Pairs that one window alone speaks for: most are chance, and the more images the more of them. */
const MAX_LONE = 20_000;

/**
 * Images that have windows in common, those with the most in common first. Equal hashes are found by sorting, near ones by
 * multi-index hashing, so the time does not grow with the square of the number of images.
 * @param pairing which two images may be held against each other
 */
export function findCandidates(table: WindowTable, pairing: Pairing): Candidate[] {
  const { starts, hashes, mirrored } = table;
  const numWindows = hashes.length / 2;
  const imageOf = new Int32Array(numWindows);
  for (let i = 0; i + 1 < starts.length; i++) imageOf.fill(i, starts[i], starts[i + 1]);

  // Entry e < numWindows is a window, entry numWindows + e its mirror image.
  const words = mirrored === undefined ? hashes : joinWords(hashes, mirrored);
  const numEntries = words.length / 2;
  const order = new Uint32Array(numEntries).map((_, i) => i);
  order.sort((p, q) => words[2 * p + 1] - words[2 * q + 1] || words[2 * p] - words[2 * q] || p - q);

  const ballots = createBallots();
  const vote = (p: number, q: number, bits: number) => {
    const [isMirrorP, isMirrorQ] = [p >= numWindows, q >= numWindows];
    if (isMirrorP && isMirrorQ) return;
    const [i, j] = [isMirrorP ? p - numWindows : p, isMirrorQ ? q - numWindows : q];
    const [a, b] = [imageOf[i], imageOf[j]];
    if (a === b || !pairing(a, b)) return;
    const isMirrored = isMirrorP || isMirrorQ;
    if (a < b) ballots.add(a, b, i, j, bits, isMirrored);
    else ballots.add(b, a, j, i, bits, isMirrored);
  };

  // Where each distinct hash begins in `order`.
  const begins = new Uint32Array(numEntries + 1);
  let numDistinct = 0;
  for (let start = 0; start < numEntries; ) {
    const first = order[start];
    let end = start;
    for (; end < numEntries; end++) {
      const entry = order[end];
      if (words[2 * entry] !== words[2 * first] || words[2 * entry + 1] !== words[2 * first + 1]) break;
      for (let k = start; k < Math.min(end, start + MAX_LEADERS); k++) vote(order[k], entry, 0);
    }
    begins[numDistinct++] = start;
    start = end;
  }
  begins[numDistinct] = numEntries;
  const distinct = new Uint32Array(2 * numDistinct);
  for (let d = 0; d < numDistinct; d++) {
    distinct[2 * d] = words[2 * order[begins[d]]];
    distinct[2 * d + 1] = words[2 * order[begins[d]] + 1];
  }
  const endOf = (d: number) => Math.min(begins[d + 1], begins[d] + MAX_CROSSED);
  findNearWords(distinct, WINDOW_BITS, (d, e, bits) => {
    for (let p = begins[d]; p < endOf(d); p++)
      for (let q = begins[e]; q < endOf(e); q++) vote(order[p], order[q], bits);
  });
  return ballots.count(table.places);
}

function joinWords(first: Uint32Array, second: Uint32Array): Uint32Array {
  const words = new Uint32Array(first.length + second.length);
  words.set(first);
  words.set(second, first.length);
  return words;
}

/** Votes as they come in, packed; counted pair by pair at the end. */
function createBallots() {
  let capacity = 2 ** 16;
  let numVotes = 0;
  // Both images and the mirror in one number, exact for up to 2^26 images.
  let keys = new Float64Array(capacity);
  let windows = new Uint32Array(2 * capacity);
  let bitsOf = new Uint8Array(capacity);

  function grow(): void {
    capacity *= 2;
    const [formerKeys, formerWindows, formerBits] = [keys, windows, bitsOf];
    keys = new Float64Array(capacity);
    keys.set(formerKeys);
    windows = new Uint32Array(2 * capacity);
    windows.set(formerWindows);
    bitsOf = new Uint8Array(capacity);
    bitsOf.set(formerBits);
  }

  return {
    add(a: number, b: number, i: number, j: number, bits: number, isMirrored: boolean): void {
      if (numVotes === MAX_BALLOTS) return;
      if (numVotes === capacity) grow();
      keys[numVotes] = (a * 2 ** 26 + b) * 2 + Number(isMirrored);
      windows[2 * numVotes] = i;
      windows[2 * numVotes + 1] = j;
      bitsOf[numVotes++] = bits;
    },
    count(places: Float32Array): Candidate[] {
      const order = new Uint32Array(numVotes).map((_, i) => i);
      order.sort((p, q) => keys[p] - keys[q] || bitsOf[p] - bitsOf[q] || p - q);
      const strong: Candidate[] = [];
      const lone: { readonly candidate: Candidate; readonly bits: number }[] = [];
      for (let start = 0; start < numVotes; ) {
        const key = keys[order[start]];
        let end = start;
        while (end < numVotes && keys[order[end]] === key) end++;
        const isMirrored = key % 2 === 1;
        const half = Math.floor(key / 2);
        const guesses: Placement[] = [];
        for (let v = start; v < Math.min(end, start + MAX_VOTES); v++) {
          const [i, j] = windows.subarray(2 * order[v], 2 * order[v] + 2);
          guesses.push(placementOf(placeAt(places, i), placeAt(places, j, isMirrored)));
        }
        const candidate = {
          a: Math.floor(half / 2 ** 26),
          b: half % 2 ** 26,
          isMirrored,
          ...rankGuesses(guesses),
        };
        if (candidate.votes > 1) strong.push(candidate);
        else lone.push({ candidate, bits: bitsOf[order[start]] });
        start = end;
      }
      strong.sort((p, q) => q.votes - p.votes || p.a - q.a || p.b - q.b);
      lone.sort((p, q) => p.bits - q.bits || p.candidate.a - q.candidate.a || p.candidate.b - q.candidate.b);
      return [...strong, ...lone.slice(0, MAX_LONE).map(({ candidate }) => candidate)];
    },
  };
}

/** What most of them agree on, and the next best. */
function rankGuesses(guesses: readonly Placement[]): Pick<Candidate, 'votes' | 'guesses'> {
  const support = guesses.map((guess) => guesses.filter((other) => doAgree(guess, other)).length);
  const order = guesses.map((_, i) => i).sort((p, q) => support[q] - support[p] || p - q);
  return { votes: support[order[0]], guesses: order.slice(0, MAX_GUESSES).map((i) => guesses[i]) };
}

/** Whether two placements put the image's middle in about one place, about as large. */
function doAgree(p: Placement, q: Placement): boolean {
  return (
    Math.abs(Math.log(p.xx / q.xx)) < 0.2 &&
    Math.abs((p.xx - q.xx) / 2 + p.x0 - q.x0) < 0.08 &&
    Math.abs((p.yy - q.yy) / 2 + p.y0 - q.y0) < 0.08
  );
}

/** Centre and half sides of a window, as shares of its image's width and height. */
export type WindowPlace = readonly [x: number, y: number, halfWidth: number, halfHeight: number];

function placeAt(places: Float32Array, window: number, isMirrored = false): WindowPlace {
  const [x, y, halfWidth, halfHeight] = places.subarray(4 * window, 4 * window + 4);
  return [isMirrored ? 1 - x : x, y, halfWidth, halfHeight];
}

/** What lays one window on another. */
export function placementOf([ax, ay, aw, ah]: WindowPlace, [bx, by, bw, bh]: WindowPlace): Placement {
  const [xx, yy] = [bw / aw, bh / ah];
  return { xx, xy: 0, x0: bx - xx * ax, yx: 0, yy, y0: by - yy * ay };
}
