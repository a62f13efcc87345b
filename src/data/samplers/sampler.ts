/**
 * Batches of images, epoch by epoch. The batches of an epoch depend on the seed and on the number of the epoch alone, so
 * a run that resumes in epoch 7 sees there what an unbroken run sees.
 */
export interface BatchSampler {
  /** Images in every batch: static shapes need every batch to be whole. */
  readonly batchSize: number;
  /** Batches in an epoch. */
  readonly numBatches: number;
  /**
   * The batches of an epoch (from 0): `numBatches` arrays, int32 `[batchSize]`, each the caller's own.
   */
  batches(epoch: number): Generator<Int32Array>;
}
