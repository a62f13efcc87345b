import { chooseThreshold } from '../evaluate/index.ts';
import type { TrainConfig } from '../train/config.ts';

/**
 * The distance below which two images are the same: the one that the configuration fixes, or the best one for these
 * validation pairs.
 * @param distances float32 `[P]`
 * @param similar float32 `[P]`, 1 similar, 0 not
 */
export function settleThreshold(
  { threshold }: Pick<TrainConfig, 'threshold'>,
  distances: Float32Array,
  similar: Float32Array,
): number {
  return threshold === 'auto' ? chooseThreshold(distances, similar) : threshold;
}
