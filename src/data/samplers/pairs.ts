import { takePairs } from '../pairs/list.ts';
import type { PairList } from '../types.ts';
import { createShuffledSampler } from './shuffled.ts';

/** Batches of explicit pairs, epoch by epoch; as `BatchSampler` otherwise. */
export interface PairSampler {
  /** Pairs in every batch. */
  readonly batchSize: number;
  readonly numBatches: number;
  /** `numBatches` lists of `batchSize` pairs, each the caller's own. */
  batches(epoch: number): Generator<PairList>;
}

/**
 * Every pair once an epoch, shuffled anew; what does not fill the last batch is left out of that epoch, and fewer pairs
 * than one batch go round until it is full.
 * @throws E_DATA_EMPTY, E_CONFIG
 */
export function createPairSampler(options: {
  readonly pairs: PairList;
  readonly batchSize: number;
  readonly seed: string | number;
}): PairSampler {
  const { pairs, batchSize, seed } = options;
  const positions = Int32Array.from({ length: pairs.numPairs }, (_, i) => i);
  const sampler = createShuffledSampler({ indices: positions, batchSize, seed });
  return {
    batchSize,
    numBatches: sampler.numBatches,
    *batches(epoch) {
      for (const batch of sampler.batches(epoch)) yield takePairs(pairs, batch);
    },
  };
}
