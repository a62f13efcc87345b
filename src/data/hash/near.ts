import { SamesameError } from '../../base/errors.ts';
import { countBits, type ImageHash } from './perceptual.ts';

const NUM_CHUNKS = 4;
const CHUNK_BITS = 16;
/** Past it a chunk could differ in five bits, and looking up every such value costs more than comparing all pairs. */
const MAX_RADIUS = 19;

/**
 * Every two of many hashes that differ in at most `radius` bits, told one by one as `visit(i, j, distance)`, `i < j`, in
 * no order that matters. Nothing is missed: of two hashes that near, one of their four 16-bit chunks differs in at most
 * `radius / 4` bits, so each hash is looked up by its chunks and what is that near to them. For spread-out hashes that
 * is a few dozen looks each up to radius 7, a few hundred up to 11, instead of one at all the others
 * (`bench/inspect`). Equal hashes are all told, so take them out first where there may be many.
 * @param radius bits, from 0 to 19
 * @throws E_CONFIG for a radius out of range
 * @source Norouzi, Punjani, Fleet, Fast Search in Hamming Space with Multi-Index Hashing, CVPR 2012
 */
export function findNearHashes(
  hashes: readonly ImageHash[],
  radius: number,
  visit: (i: number, j: number, distance: number) => void,
): void {
  const words = new Uint32Array(2 * hashes.length);
  for (const [i, [low, high]] of hashes.entries()) words.set([low, high], 2 * i);
  findNearWords(words, radius, visit);
}

/**
 * `findNearHashes` over packed hashes: eight bytes each, where there are millions.
 * @param words uint32 `[N, 2]`
 * @throws E_CONFIG for a radius out of range
 */
export function findNearWords(
  words: Uint32Array,
  radius: number,
  visit: (i: number, j: number, distance: number) => void,
): void {
  checkRadius(radius);
  const numHashes = words.length / 2;
  const indices = Array.from({ length: NUM_CHUNKS }, (_, chunk) => indexChunk(words, chunk));
  const near = chunkMasks(Math.floor(radius / NUM_CHUNKS));
  // The last hash for which a candidate was looked at: it may come up by several chunks.
  const seenBy = new Int32Array(numHashes).fill(-1);
  for (let i = 0; i < numHashes; i++) {
    for (let chunk = 0; chunk < NUM_CHUNKS; chunk++) {
      const { starts, members } = indices[chunk];
      const value = chunkOf(words, i, chunk);
      for (const mask of near) {
        const end = starts[(value ^ mask) + 1];
        for (let at = starts[value ^ mask]; at < end; at++) {
          const j = members[at];
          if (j <= i || seenBy[j] === i) continue;
          seenBy[j] = i;
          const distance =
            countBits(words[2 * i] ^ words[2 * j]) + countBits(words[2 * i + 1] ^ words[2 * j + 1]);
          if (distance <= radius) visit(i, j, distance);
        }
      }
    }
  }
}

/** @throws E_CONFIG for what is not a whole number from 0 to 19 */
export function checkRadius(radius: number): void {
  if (Number.isInteger(radius) && radius >= 0 && radius <= MAX_RADIUS) return;
  throw new SamesameError('E_CONFIG', {
    what: 'hashes cannot be compared by that many bits',
    expected: `a whole number from 0 to ${MAX_RADIUS}`,
    received: String(radius),
  });
}

/** The hashes by the value of one chunk: those of value `v` are `members[starts[v] … starts[v + 1] − 1]`. */
interface ChunkIndex {
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

function indexChunk(words: Uint32Array, chunk: number): ChunkIndex {
  const numHashes = words.length / 2;
  const starts = new Uint32Array(2 ** CHUNK_BITS + 1);
  for (let i = 0; i < numHashes; i++) starts[chunkOf(words, i, chunk) + 1]++;
  for (let v = 0; v < 2 ** CHUNK_BITS; v++) starts[v + 1] += starts[v];
  const next = starts.slice();
  const members = new Uint32Array(numHashes);
  for (let i = 0; i < numHashes; i++) members[next[chunkOf(words, i, chunk)]++] = i;
  return { starts, members };
}

function chunkOf(words: Uint32Array, index: number, chunk: number): number {
  return (words[2 * index + (chunk >> 1)] >>> (CHUNK_BITS * (chunk & 1))) & 0xffff;
}

/** Every 16-bit number with at most `numBits` set bits, those with fewer first. */
function chunkMasks(numBits: number): number[] {
  const masks: number[] = [];
  for (let mask = 0; mask < 2 ** CHUNK_BITS; mask++) if (countBits(mask) <= numBits) masks.push(mask);
  return masks.sort((a, b) => countBits(a) - countBits(b) || a - b);
}
