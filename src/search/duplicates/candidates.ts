import { findNearHashes } from '../../data/hash/near.ts';
import type { ImageHash } from '../../data/hash/perceptual.ts';
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
  /** Windows that both have. */
  readonly votes: number;
  /** Of the windows that agree best, the best first. */
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

/** Pairs of images past it are not remembered: it bounds the memory at some 100 MB. */
const MAX_CANDIDATES = 1_000_000;

/**
 * Images that have a window in common, those with the most windows in common first. Equal hashes are found by sorting,
 * near ones by multi-index hashing, so the time does not grow with the square of the number of images.
 */
export function findCandidates(table: WindowTable, pairing: Pairing): Candidate[] {
  const { starts, hashes, mirrored } = table;
  const numWindows = hashes.length / 2;
  const imageOf = new Int32Array(numWindows);
  for (let i = 0; i + 1 < starts.length; i++) imageOf.fill(i, starts[i], starts[i + 1]);

  // Entry e < numWindows is a window, entry numWindows + e its mirror image.
  const numEntries = mirrored === undefined ? numWindows : 2 * numWindows;
  const wordOf = (entry: number, word: number) =>
    entry < numWindows ? hashes[2 * entry + word] : mirrored![2 * (entry - numWindows) + word];
  const order = new Uint32Array(numEntries).map((_, i) => i);
  order.sort((p, q) => wordOf(p, 1) - wordOf(q, 1) || wordOf(p, 0) - wordOf(q, 0) || p - q);

  const ballot = createBallot(table);
  const vote = (p: number, q: number, bits: number) => {
    const [isMirrorP, isMirrorQ] = [p >= numWindows, q >= numWindows];
    if (isMirrorP && isMirrorQ) return;
    const [i, j] = [p % numWindows, q % numWindows];
    const [a, b] = [imageOf[i], imageOf[j]];
    if (a === b || !pairing(a, b)) return;
    const isMirrored = isMirrorP || isMirrorQ;
    if (a < b) ballot.vote(i, j, a, b, bits, isMirrored);
    else ballot.vote(j, i, b, a, bits, isMirrored);
  };

  const distinct: ImageHash[] = [];
  const members: number[][] = [];
  for (let start = 0; start < numEntries; ) {
    const [low, high] = [wordOf(order[start], 0), wordOf(order[start], 1)];
    let end = start;
    while (end < numEntries && wordOf(order[end], 0) === low && wordOf(order[end], 1) === high) {
      for (let k = start; k < Math.min(end, start + MAX_LEADERS); k++) vote(order[k], order[end], 0);
      end++;
    }
    distinct.push([low, high]);
    members.push([...order.subarray(start, Math.min(end, start + MAX_CROSSED))]);
    start = end;
  }
  findNearHashes(distinct, WINDOW_BITS, (p, q, bits) => {
    for (const i of members[p]) for (const j of members[q]) vote(i, j, bits);
  });
  return ballot.count();
}

interface Votes {
  readonly a: number;
  readonly b: number;
  readonly isMirrored: boolean;
  votes: number;
  /** Bits, window of `a`, window of `b`, three times; the fewest bits first. */
  readonly best: number[];
}

function createBallot({ places }: WindowTable) {
  const byPair = new Map<number, Votes>();
  const numImagesBound = 2 ** 25;
  return {
    vote(i: number, j: number, a: number, b: number, bits: number, isMirrored: boolean): void {
      // Exact in a double for up to 2^25 images.
      const key = (a * numImagesBound + b) * 2 + Number(isMirrored);
      let votes = byPair.get(key);
      if (votes === undefined) {
        if (byPair.size >= MAX_CANDIDATES) return;
        votes = { a, b, isMirrored, votes: 0, best: [] };
        byPair.set(key, votes);
      }
      votes.votes++;
      const { best } = votes;
      if (best.length < 3 * MAX_GUESSES) best.push(bits, i, j);
      else {
        let worst = 0;
        for (let k = 3; k < best.length; k += 3) if (best[k] > best[worst]) worst = k;
        if (bits < best[worst]) best.splice(worst, 3, bits, i, j);
      }
    },
    count(): Candidate[] {
      const candidates = [...byPair.values()].map(({ a, b, isMirrored, votes, best }) => {
        const ranks = Array.from({ length: best.length / 3 }, (_, k) => 3 * k);
        ranks.sort((p, q) => best[p] - best[q]);
        const guesses = ranks.map((k) =>
          placementOf(placeAt(places, best[k + 1]), placeAt(places, best[k + 2], isMirrored)),
        );
        return { a, b, votes, guesses, isMirrored };
      });
      return candidates.sort((p, q) => q.votes - p.votes || p.a - q.a || p.b - q.b);
    },
  };
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
