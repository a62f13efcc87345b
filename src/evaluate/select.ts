/** 8 exponent and 6 mantissa bits of a float32: buckets 1/64 apart, so few candidates beyond the asked ones remain. */
const BUCKET_SHIFT = 17;
const NUM_BUCKETS = 1 << (31 - BUCKET_SHIFT);
const RADIX_BITS = 11;
const RADIX = 1 << RADIX_BITS;

/** Picks the nearest of a row of distances, again and again over the same buffers. */
export interface Selector {
  /** int32: after `select`, the nearest gallery indices, in order; written over by the next call. */
  readonly nearest: Int32Array;
  /**
   * Puts the indices of the `count` smallest keys into `nearest`, smallest first, equal keys by index; a negative key
   * is left out. Returns how many it put there: `count`, or all that there are.
   */
  select(keys: Float32Array, count: number): number;
}

/**
 * A selector over rows of `numGallery` keys. O(G + M) a row: a histogram over the leading bits of the float32 (whose
 * order as integers is their order as numbers) finds the bucket of the M-th smallest, and a stable radix sort orders
 * what lies at or below it.
 */
export function createSelector(numGallery: number): Selector {
  const histogram = new Int32Array(NUM_BUCKETS);
  const counts = new Int32Array(RADIX);
  const nearest = new Int32Array(numGallery);
  const spareIndices = new Int32Array(numGallery);
  const candidateKeys = new Int32Array(numGallery);
  const spareKeys = new Int32Array(numGallery);

  function sortPass(
    fromKeys: Int32Array,
    fromIndices: Int32Array,
    toKeys: Int32Array,
    toIndices: Int32Array,
    numCandidates: number,
    shift: number,
  ): void {
    counts.fill(0);
    for (let i = 0; i < numCandidates; i++) counts[(fromKeys[i] >>> shift) & (RADIX - 1)]++;
    let start = 0;
    for (let digit = 0; digit < RADIX; digit++) {
      const here = counts[digit];
      counts[digit] = start;
      start += here;
    }
    for (let i = 0; i < numCandidates; i++) {
      const to = counts[(fromKeys[i] >>> shift) & (RADIX - 1)]++;
      toKeys[to] = fromKeys[i];
      toIndices[to] = fromIndices[i];
    }
  }

  return {
    nearest,
    select(keys, count) {
      const bits = new Int32Array(keys.buffer, keys.byteOffset, numGallery);
      histogram.fill(0);
      let numLeft = 0;
      for (let i = 0; i < numGallery; i++) {
        const key = bits[i];
        if (key < 0) continue;
        histogram[key >> BUCKET_SHIFT]++;
        numLeft++;
      }
      const wanted = Math.min(count, numLeft);
      if (wanted === 0) return 0;
      let bucket = 0;
      for (let seen = histogram[0]; seen < wanted; ) seen += histogram[++bucket];
      const limit = bucket + 1 < NUM_BUCKETS ? (bucket + 1) << BUCKET_SHIFT : 0x7fffffff;
      let numCandidates = 0;
      for (let i = 0; i < numGallery; i++) {
        const key = bits[i];
        if (key < 0 || key >= limit) continue;
        candidateKeys[numCandidates] = key;
        spareIndices[numCandidates++] = i;
      }
      sortPass(candidateKeys, spareIndices, spareKeys, nearest, numCandidates, 0);
      sortPass(spareKeys, nearest, candidateKeys, spareIndices, numCandidates, RADIX_BITS);
      sortPass(candidateKeys, spareIndices, spareKeys, nearest, numCandidates, 2 * RADIX_BITS);
      return wanted;
    },
  };
}
