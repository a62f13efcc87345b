import { availableParallelism } from 'node:os';
import sharp from 'sharp';

/**
 * Images to have in flight: some are decoded while others wait for the disk or for this thread. Two cores are busy to
 * 1.8 with 6, to 1.55 with 3.
 */
export const NUM_DECODES = 3 * availableParallelism();

let numUsers = 0;
let formerConcurrency = 0;

/** Runs `work` with one thread an image: libvips gains nothing from several on a small image. */
export async function withOneThreadAnImage<T>(work: () => Promise<T>): Promise<T> {
  if (numUsers++ === 0) {
    formerConcurrency = sharp.concurrency();
    sharp.concurrency(1);
  }
  try {
    return await work();
  } finally {
    if (--numUsers === 0) sharp.concurrency(formerConcurrency);
  }
}
