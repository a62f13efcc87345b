import type { ModelConfig } from '../../model/config.ts';

const FEWEST = 512;
const MOST = 8192;
const MOST_BYTES = 2 ** 26;
/** Long enough for a write to cost next to nothing, short enough to lose to a kill. */
const WANTED_MS = 1000;

/** How many images a batch has. */
export interface BatchSize {
  current(): number;
  /** Tells what a batch took. */
  took(numImages: number, ms: number): void;
}

/**
 * Batches of a fixed size, or of as many images as take about a second: it begins small, so that reading and embedding
 * overlap soon, and at most doubles or halves from batch to batch.
 */
export function createBatchSize(
  { input: { height, width, channels } }: Pick<ModelConfig, 'input'>,
  fixed?: number,
): BatchSize {
  if (fixed !== undefined) return { current: () => fixed, took() {} };
  const most = Math.max(1, Math.min(MOST, Math.floor(MOST_BYTES / (height * width * channels))));
  const fewest = Math.min(FEWEST, most);
  let size = fewest;
  return {
    current: () => size,
    took(numImages, ms) {
      const wanted = Math.round((numImages * WANTED_MS) / Math.max(1, ms));
      size = Math.min(most, Math.max(fewest, Math.min(2 * size, Math.max(size / 2, wanted)))) | 0;
    },
  };
}
