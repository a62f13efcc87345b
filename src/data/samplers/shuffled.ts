import { SamesameError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import type { BatchSampler } from './sampler.ts';

export interface ShuffledSamplerOptions {
  /** int32: the images to go through. */
  readonly indices: Int32Array;
  readonly batchSize: number;
  readonly seed: string | number;
}

/**
 * Every image once an epoch, in an order shuffled anew; what does not fill the last batch is left out of that epoch.
 * Fewer images than one batch: one batch, which goes round the images until it is full.
 * @throws E_DATA_EMPTY, E_CONFIG
 */
export function createShuffledSampler(options: ShuffledSamplerOptions): BatchSampler {
  const { indices, batchSize, seed } = options;
  checkBatch(indices.length, batchSize);
  const random = createRandom(seed);
  const numBatches = Math.max(1, Math.floor(indices.length / batchSize));
  return {
    batchSize,
    numBatches,
    *batches(epoch) {
      const order = random.fork('shuffled', epoch).shuffle(indices.slice());
      for (let b = 0; b < numBatches; b++) {
        const batch = new Int32Array(batchSize);
        for (let i = 0; i < batchSize; i++) batch[i] = order[(b * batchSize + i) % order.length];
        yield batch;
      }
    },
  };
}

/** @throws E_DATA_EMPTY, E_CONFIG */
export function checkBatch(numThings: number, batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'the batch size is out of range',
      expected: 'a whole number from 1',
      received: String(batchSize),
    });
  }
  if (numThings === 0)
    throw new SamesameError('E_DATA_EMPTY', { what: 'there is nothing to draw batches from' });
}
