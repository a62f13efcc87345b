import type { Tensor } from '../graph/tensor.ts';
import { checkBatch } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { type DistanceName, distanceOf } from './distances/by-name.ts';
import { type Distance, toDistances } from './distances/distance.ts';
import { type PairMiningChoice, pairMiningOf } from './mining/pair-mining.ts';
import { type PairMasks, pairMasks } from './pair-masks.ts';
import { type Reducer, type ReducerName, reducerOf } from './reducers/reducer.ts';
import type { BatchLoss } from './types.ts';

/** Options that every loss over anchors and their pairs has. */
export interface AnchorLossOptions {
  /** Which pairs count. */
  readonly mining?: PairMiningChoice;
  /** How the costs become one number. */
  readonly reducer?: ReducerName | Reducer;
}

/** Options of a loss that can be had on several distances. */
export interface DistanceOption {
  /** By what embeddings are close. Models compare by Euclidean distance, and `l1` and `snr` rank otherwise. */
  readonly distance?: DistanceName | Distance;
}

/** What anchors cost: one number an anchor `[N]` or a pair `[N, M]`, and 1 where there is one, else 0. */
export interface Costs {
  readonly costs: Tensor;
  readonly exists: Tensor;
}

/** A loss whose anchors may be compared with other embeddings than those of their own batch. */
export interface AnchorLoss {
  readonly overBatch: BatchLoss;
  /**
   * The loss of anchors against references, float32 `[]`.
   * @param anchors float32 `[N, D]`
   * @param references float32 `[M, D]`
   * @param masks float32 `[N, M]`
   */
  against(anchors: Tensor, references: Tensor, masks: PairMasks): Tensor;
}

/** A loss by what it asks of each anchor. `cost` gets the distance's own numbers `[N, M]` and the pairs that count. */
export function createAnchorLoss(parts: {
  readonly name: string;
  readonly distance: DistanceName | Distance;
  readonly mining?: PairMiningChoice;
  readonly reducer?: ReducerName | Reducer;
  readonly cost: (values: Tensor, masks: PairMasks, distance: Distance) => Costs;
}): AnchorLoss {
  const { name, cost } = parts;
  const distance = distanceOf(parts.distance);
  const mine = pairMiningOf(parts.mining ?? 'all');
  const reduce = reducerOf(parts.reducer ?? 'mean');
  const lossOf = (values: Tensor, masks: PairMasks) => {
    const { costs, exists } = cost(values, mine(toDistances(distance, values), masks), distance);
    return reduce(costs, exists);
  };
  return {
    overBatch(embeddings, labels) {
      checkBatch(embeddings, labels, name);
      const masks = pairMasks(labels);
      return {
        loss: lossOf(distance.between(embeddings), masks),
        diagnostics: diagnoseBatch(embeddings, masks),
      };
    },
    against: (anchors, references, masks) => lossOf(distance.between(anchors, references), masks),
  };
}
