import { add } from '../graph/ops/add.ts';
import { cast } from '../graph/ops/cast.ts';
import { less } from '../graph/ops/comparisons.ts';
import { divide } from '../graph/ops/divide.ts';
import { logSumExp } from '../graph/ops/log-sum-exp.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { maximum } from '../graph/ops/maximum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { pairwiseSquaredDistances } from '../graph/ops/pairwise-squared-distances.ts';
import { reduceMax } from '../graph/ops/reduce-max.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { checkBatch, checkBetween, checkWhole } from './checks.ts';
import { rankInClass } from './class-ranks.ts';
import { embeddingSpread } from './embedding-spread.ts';
import { distancesInBatch } from './euclidean.ts';
import { pairMasks } from './pair-masks.ts';
import type { BatchLoss } from './types.ts';
import { weightedMean } from './weighted-mean.ts';

export interface PrototypicalOptions {
  /** Images of each class, the first in the batch, whose mean is its prototype; from 1. Default 1: one-shot. */
  readonly shots?: number;
  /**
   * Squared distances are divided by it, above 0. Default 1, as published, for embeddings of any length; where they have
   * length 1, squared distances end at 4 and .1 does better.
   */
  readonly temperature?: number;
}

/** Leaves an entry out of a softmax: far below every logit, and still a number. */
const NEVER = 1e9;

/**
 * Plays an episode inside each batch: the first `shots` images of a class make its prototype `p_c`, their mean; the
 * others are queries `q`. The mean over queries of `−ln( exp(−|q − p_y|²/τ) / Σ_c exp(−|q − p_c|²/τ) )`.
 *
 * A class with no more than `shots` images has a prototype and no query; a batch without a query gives loss 0 with zero
 * gradient, and so does one of a single class.
 *
 * Diagnostics: `meanPositiveDistance`, `meanNegativeDistance` (Euclidean, over all pairs of images), `activeShare` (of
 * the queries, those nearer to a wrong prototype), `embeddingSpread`.
 * @throws E_CONFIG where `shots` is no whole number from 1 or the temperature not above 0; the loss E_SHAPE, E_DTYPE
 * @source Snell, Swersky & Zemel 2017, "Prototypical networks for few-shot learning", eq. 1, 2
 * @example
 * const { loss, diagnostics } = prototypical({ shots: 1 })(embeddings, labels);
 */
export function prototypical({ shots = 1, temperature = 1 }: PrototypicalOptions = {}): BatchLoss {
  checkWhole(shots, 1, 'prototypical: shots');
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'prototypical: temperature');
  return (embeddings, labels) => {
    const length = checkBatch(embeddings, labels, 'prototypical');
    const masks = pairMasks(labels);
    const { distance } = distancesInBatch(embeddings);
    const row = (x: typeof labels) => reshape(x, [1, length]);
    const { sameClass, rank } = rankInClass(labels);
    const isSupport = cast(less(rank, shots), 'float32');
    const isFirst = cast(less(rank, 0.5), 'float32');
    const isQuery = subtract(1, isSupport);
    // Row i: how the prototype of image i's class is made. One row a class is used, that of its first image.
    const members = multiply(sameClass, row(isSupport));
    const shares = divide(members, maximum(reduceSum(members, [1], { keepDims: true }), 1));
    const prototypes = matmul(shares, embeddings);
    const logits = multiply(pairwiseSquaredDistances(embeddings, prototypes), -1 / temperature);
    const among = (mask: typeof labels) => add(logits, multiply(subtract(mask, 1), NEVER));
    const own = multiply(sameClass, row(isFirst));
    const others = multiply(subtract(1, sameClass), row(isFirst));
    const right = reduceSum(multiply(logits, own), [1]);
    const all = logSumExp(among(add(own, others)), [1]);
    const isWrong = less(right, reduceMax(among(others), [1]));
    return {
      loss: weightedMean(subtract(all, right), isQuery),
      diagnostics: {
        meanPositiveDistance: weightedMean(distance, masks.similar),
        meanNegativeDistance: weightedMean(distance, masks.dissimilar),
        activeShare: weightedMean(cast(isWrong, 'float32'), isQuery),
        embeddingSpread: embeddingSpread(embeddings),
      },
    };
  };
}
