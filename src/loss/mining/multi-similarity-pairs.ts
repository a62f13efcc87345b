import { cast } from '../../graph/ops/cast.ts';
import { greater, less } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceMin } from '../../graph/ops/reduce-min.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { checkBetween } from '../checks.ts';
import type { PairMining } from './pair-mining.ts';
import { distancesWhere, NEVER } from './triplets.ts';

export interface MultiSimilarityMiningOptions {
  /** How much a pair may be in order and still count, above 0. Default .1, the paper's. */
  readonly epsilon?: number;
}

/**
 * Keeps the negatives that are nearer than an anchor's farthest positive plus ε, and the positives that are farther than
 * its nearest negative less ε. An anchor without a positive, or without a negative, keeps nothing.
 * @throws E_CONFIG
 * @source Wang et al. 2019, "Multi-similarity loss with general pair weighting", eq. 11, 12
 */
export function multiSimilarityPairs({ epsilon = 0.1 }: MultiSimilarityMiningOptions = {}): PairMining {
  checkBetween(epsilon, 0, Number.POSITIVE_INFINITY, 'mining multi-similarity: epsilon');
  return (distances, { similar, dissimilar }) => {
    const farthest = reduceMax(distancesWhere(similar, distances, -NEVER), [1], { keepDims: true });
    const nearest = reduceMin(distancesWhere(dissimilar, distances, NEVER), [1], { keepDims: true });
    const isNear = less(subtract(distances, epsilon), farthest);
    const isFar = greater(distances, subtract(nearest, epsilon));
    return {
      similar: multiply(similar, cast(isFar, 'float32')),
      dissimilar: multiply(dissimilar, cast(isNear, 'float32')),
    };
  };
}
