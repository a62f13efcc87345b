import { add } from '../graph/ops/add.ts';
import { cast } from '../graph/ops/cast.ts';
import { less } from '../graph/ops/comparisons.ts';
import { concat } from '../graph/ops/concat.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { relu } from '../graph/ops/relu.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { AnchorLoss } from './anchor-loss.ts';
import { checkBatch, checkBetween, checkFlag, checkPairs } from './checks.ts';
import { euclidean } from './distances/euclidean.ts';
import { embeddingSpread } from './embedding-spread.ts';
import { type Distances, distancesInBatch, distancesOfPairs } from './euclidean.ts';
import { type PairMiningChoice, pairMiningOf } from './mining/pair-mining.ts';
import { pairMasks } from './pair-masks.ts';
import { type Reducer, type ReducerName, reducerOf } from './reducers/reducer.ts';
import type { PairLoss } from './types.ts';
import { weightedMean } from './weighted-mean.ts';

export interface ContrastiveOptions {
  /**
   * The distance from which dissimilar pairs are far enough, above 0. Default 1: embeddings of length 1 lie 0…2
   * apart, and √2 is where they have nothing in common.
   */
  readonly margin?: number;
  /**
   * Weigh similar and dissimilar pairs equally: `½·(mean over similar + mean over dissimilar)`. That estimates the
   * loss over balanced pairs whatever classes a batch holds; without it, a batch of 10 classes is nine parts
   * dissimilar pairs, and pulling together hardly counts. Default true over a batch, where the share of similar pairs
   * is an accident of sampling, and false over explicit pairs, where somebody chose it.
   */
  readonly balanced?: boolean;
  /** Which pairs of a batch count, by Euclidean distance. Default `'all'`. Explicit pairs all count. */
  readonly mining?: PairMiningChoice;
  /**
   * How the costs become one number; balanced, those of each kind. Default `'mean'`. With `'mean-of-non-zero'` the
   * dissimilar pairs that are far enough apart do not drown the others.
   */
  readonly reducer?: ReducerName | Reducer;
  /**
   * Square the distances and what is missing to the margin. Default true, as the paper does; false pulls the last stretch
   * as hard as the first, and is what pytorch-metric-learning does.
   */
  readonly squared?: boolean;
  /** Multiply by ½, as the paper does. Default false: the factor only rescales the learning rate. */
  readonly half?: boolean;
}

/** One loss, three ways to feed it. */
export interface Contrastive extends AnchorLoss {
  readonly overPairs: PairLoss;
}

/**
 * Pulls similar pairs together and pushes dissimilar ones a margin apart:
 * `similar·d² + (1−similar)·max(margin−d, 0)²`, mean over pairs, `d = √max(Σ(a−b)², ε)`; with `squared` false, without
 * the squares.
 *
 * Over explicit pairs `similar` may be graded: a pair at .7 counts .7 as similar and .3 as dissimilar. A batch without
 * pairs of one kind gets 0 for that kind; without any pair the loss is 0 with zero gradient. Equal points get gradient
 * 0, even where they should part.
 *
 * Diagnostics: `meanPositiveDistance`, `meanNegativeDistance`, `activeShare` (of dissimilar pairs, those inside the
 * margin), `embeddingSpread`.
 * @throws E_CONFIG where the margin is not above 0; the losses E_SHAPE, E_DTYPE
 * @source Hadsell, Chopra & LeCun 2006, "Dimensionality reduction by learning an invariant mapping", eq. 4 (there
 *   Y = 1 − similar)
 * @example
 * const { loss, diagnostics } = contrastive({ margin: 1 }).overBatch(embeddings, labels);
 */
export function contrastive(options: ContrastiveOptions = {}): Contrastive {
  const { margin = 1, balanced, half = false, squared = true } = options;
  for (const [name, value] of Object.entries({ balanced: balanced ?? true, half, squared }))
    checkFlag(value, `contrastive: ${name}`);
  checkBetween(margin, 0, Number.POSITIVE_INFINITY, 'contrastive: margin');
  const factor = half ? 0.5 : 1;
  const mine = pairMiningOf(options.mining ?? 'all');
  const reduce = reducerOf(options.reducer ?? 'mean');
  const lossOf = (distances: Distances, similar: Tensor, dissimilar: Tensor, balance: boolean): Tensor => {
    const missing = relu(subtract(margin, distances.distance));
    const together = squared ? distances.squared : distances.distance;
    const apart = squared ? square(missing) : missing;
    if (balance) {
      const means = add(reduce(together, similar), reduce(apart, dissimilar));
      return multiply(means, factor / 2);
    }
    const costs = add(multiply(together, similar), multiply(apart, dissimilar));
    return multiply(reduce(costs, add(similar, dissimilar)), factor);
  };
  const diagnose = ({ distance }: Distances, similar: Tensor, dissimilar: Tensor, embeddings: Tensor) => ({
    meanPositiveDistance: weightedMean(distance, similar),
    meanNegativeDistance: weightedMean(distance, dissimilar),
    activeShare: weightedMean(cast(less(distance, margin), 'float32'), dissimilar),
    embeddingSpread: embeddingSpread(embeddings),
  });

  return {
    overBatch(embeddings, labels) {
      checkBatch(embeddings, labels, 'contrastive');
      const { similar, dissimilar } = pairMasks(labels);
      const distances = distancesInBatch(embeddings);
      const mined = mine(distances.distance, { similar, dissimilar });
      return {
        loss: lossOf(distances, mined.similar, mined.dissimilar, balanced ?? true),
        diagnostics: diagnose(distances, similar, dissimilar, embeddings),
      };
    },
    against(anchors, references, masks) {
      const distance = euclidean.between(anchors, references);
      const { similar, dissimilar } = mine(distance, masks);
      return lossOf({ distance, squared: square(distance) }, similar, dissimilar, balanced ?? true);
    },
    overPairs(left, right, similar) {
      checkPairs(left, right, similar, 'contrastive');
      const dissimilar = subtract(1, similar);
      const distances = distancesOfPairs(left, right);
      return {
        loss: lossOf(distances, similar, dissimilar, balanced ?? false),
        diagnostics: diagnose(distances, similar, dissimilar, concat([left, right], 0)),
      };
    },
  };
}
