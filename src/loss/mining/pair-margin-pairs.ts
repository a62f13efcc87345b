import { cast } from '../../graph/ops/cast.ts';
import { greater, less } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { checkFinite } from '../checks.ts';
import type { PairMining } from './pair-mining.ts';

export interface PairMarginMiningOptions {
  /** Similar pairs farther apart than this count. Default .2. With a similarity, this is one too, negated. */
  readonly positive?: number;
  /** Dissimilar pairs nearer than this count. Default .8. */
  readonly negative?: number;
}

/** Keeps the similar pairs that are farther apart than one distance and the dissimilar ones that are nearer than another. @throws E_CONFIG */
export function pairMarginPairs({
  positive = 0.2,
  negative = 0.8,
}: PairMarginMiningOptions = {}): PairMining {
  checkFinite(positive, 'mining pair-margin: positive');
  checkFinite(negative, 'mining pair-margin: negative');
  return (distances, { similar, dissimilar }) => ({
    similar: multiply(similar, cast(greater(distances, positive), 'float32')),
    dissimilar: multiply(dissimilar, cast(less(distances, negative), 'float32')),
  });
}
