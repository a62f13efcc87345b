import type { PairList } from '../types.ts';
import type { PairSampler } from './pairs.ts';

/**
 * Pairs whose draw depends on what the network has learned so far: before each epoch somebody embeds the candidates and
 * has the pairs drawn. A run that resumes within an epoch restores the pairs that were drawn at its beginning.
 */
export interface RedrawnPairSampler extends PairSampler {
  /** int32: the images to embed before an epoch (from 0), by the seed and the epoch alone. */
  candidates(epoch: number): Int32Array;
  /**
   * Draws the pairs of an epoch.
   * @param embeddings float32 `[candidates, D]`, row-major, of `candidates(epoch)`
   * @returns the pairs, to be kept for `restore`
   * @throws E_SHAPE, E_NAN
   */
  redraw(epoch: number, embeddings: Float32Array): PairList;
  /** Takes pairs that `redraw` gave for this epoch. */
  restore(epoch: number, pairs: PairList): void;
}
