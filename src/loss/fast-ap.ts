import { abs } from '../graph/ops/abs.ts';
import { add } from '../graph/ops/add.ts';
import { concat } from '../graph/ops/concat.ts';
import { divide } from '../graph/ops/divide.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { maximum } from '../graph/ops/maximum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceMax } from '../graph/ops/reduce-max.ts';
import { reduceSum } from '../graph/ops/reduce-sum.ts';
import { relu } from '../graph/ops/relu.ts';
import { constant } from '../graph/ops/source.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { AnchorLossOptions } from './anchor-loss.ts';
import { checkBatch, checkWhole } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { cosine } from './distances/cosine.ts';
import { pairMasks } from './pair-masks.ts';
import { reducerOf } from './reducers/reducer.ts';
import type { BatchLoss } from './types.ts';

export interface FastApOptions extends Pick<AnchorLossOptions, 'reducer'> {
  /** Bins of the histogram of distances, from 2. Default 10: the authors find 10 to 20 alike. */
  readonly bins?: number;
}

/** Squared distances of embeddings of length 1 end here. */
const FARTHEST = 4;
/** Below every bin that holds anything. */
const TINY = 1e-12;

/**
 * Average precision, made smooth by counting distances in bins: the mean over anchors of
 * `1 − 1/|P| Σ_z h⁺(z) H⁺(z) / H(z)`, h⁺ the histogram of the squared distances of positives, H⁺ and H the running sums of
 * those of positives and of all, over embeddings scaled to length 1; each distance is shared by the two nearest bins.
 *
 * Anchors without a positive are left out; where none is left the loss is 0 with zero gradient. Diagnostics as
 * `diagnoseBatch` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Cakir, He, Xia, Kulis & Sclaroff 2019, "Deep metric learning to rank", eq. 5, 6
 * @example
 * const { loss } = fastAp({ bins: 20 })(embeddings, labels);
 */
export function fastAp({ bins = 10, reducer = 'mean' }: FastApOptions = {}): BatchLoss {
  checkWhole(bins, 2, 'fast-ap: bins');
  const reduce = reducerOf(reducer);
  const width = FARTHEST / bins;
  return (embeddings, labels) => {
    checkBatch(embeddings, labels, 'fast-ap');
    const masks = pairMasks(labels);
    const squared = subtract(2, multiply(cosine.between(embeddings), 2));
    const counts = (mask: Tensor) => {
      const columns = Array.from({ length: bins + 1 }, (_, bin) => {
        const pulse = relu(subtract(1, divide(abs(subtract(squared, bin * width)), width)));
        return reduceSum(multiply(pulse, mask), [1], { keepDims: true });
      });
      return concat(columns, 1);
    };
    const ofPositives = counts(masks.similar);
    const runningPositives = runningSums(ofPositives);
    const running = runningSums(add(ofPositives, counts(masks.dissimilar)));
    const precision = divide(multiply(ofPositives, runningPositives), maximum(running, TINY));
    const numPositives = reduceSum(masks.similar, [1]);
    const averagePrecision = divide(reduceSum(precision, [1]), maximum(numPositives, 1));
    const exists = reduceMax(masks.similar, [1]);
    return {
      loss: reduce(multiply(subtract(1, averagePrecision), exists), exists),
      diagnostics: diagnoseBatch(embeddings, masks),
    };
  };
}

/** Sums of each row up to and with each column. */
function runningSums(rows: Tensor): Tensor {
  const [, length] = rows.shape as number[];
  const isUpTo = Float32Array.from({ length: length * length }, (_, at) =>
    Math.floor(at / length) <= at % length ? 1 : 0,
  );
  return matmul(rows, constant(isUpTo, [length, length]));
}
