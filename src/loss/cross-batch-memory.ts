import { add } from '../graph/ops/add.ts';
import { cast } from '../graph/ops/cast.ts';
import { equal, greaterOrEqual } from '../graph/ops/comparisons.ts';
import { concat } from '../graph/ops/concat.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { slice } from '../graph/ops/slice.ts';
import { stopGradient } from '../graph/ops/stop-gradient.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import { constantOf, zeros } from '../nn/initializers.ts';
import type { Scope } from '../nn/scope.ts';
import type { AnchorLoss } from './anchor-loss.ts';
import { checkBatch, checkNotNegative, checkScope, checkWhole } from './checks.ts';
import { contrastive } from './contrastive.ts';
import type { PairMasks } from './pair-masks.ts';
import type { BatchLoss } from './types.ts';

export interface CrossBatchMemoryOptions {
  /** What is asked of an image and of those that it is compared with. Default: contrastive, as in the paper. */
  readonly base?: AnchorLoss;
  /**
   * Embeddings that are kept, from 1. Default 1024, those of the last six batches of the default size; the paper goes up to
   * all images, for sets of so many classes that a batch holds few similar pairs.
   */
  readonly size?: number;
  /** Weight of the pairs with the memory, from 0; pairs of the batch itself weigh 1. Default 1, as in the paper. */
  readonly weight?: number;
}

/** The label of a place that nothing has been written to. */
const EMPTY = -1;

/**
 * Compares each batch with itself and with the embeddings of the batches before it, which are kept as they were: the loss
 * then sees many more pairs, for the price of one matrix product. No gradient goes to what is kept.
 *
 * Keeps `memory` float32 `[size, D]` and `memoryLabels` float32 `[size]`; the newest come first. Defined as its base is; an
 * empty memory has no pairs. Diagnostics: those of the base over the batch, and `memoryFilled`, the share that is filled.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG without a context
 * @source Wang, Zhang, Huang & Scott 2020, "Cross-batch memory for embedding learning", algorithm 1
 * @example
 * const loss = crossBatchMemory({ base: multiSimilarity(), size: 4096 });
 */
export function crossBatchMemory(options: CrossBatchMemoryOptions = {}): BatchLoss {
  const { base = contrastive(), size = 1024, weight = 1 } = options;
  checkWhole(size, 1, 'cross-batch-memory: size');
  checkNotNegative(weight, 'cross-batch-memory: weight');
  return (embeddings, labels, context) => {
    checkBatch(embeddings, labels, 'cross-batch-memory');
    const scope = checkScope(context, 'cross-batch-memory');
    const width = embeddings.shape[1] as number;
    const kept = { trainable: false, decays: false };
    const memory = scope.parameter('memory', [size, width], zeros, kept);
    const memoryLabels = scope.parameter('memoryLabels', [size], constantOf(EMPTY), kept);
    const ownLabels = cast(labels, 'float32');
    const { loss, diagnostics } = base.overBatch(embeddings, labels, context);
    const beyond = base.against(embeddings, memory, masksOf(ownLabels, memoryLabels));
    enqueue(scope, memory, stopGradient(embeddings));
    enqueue(scope, memoryLabels, ownLabels);
    const memoryFilled = reduceMean(cast(greaterOrEqual(memoryLabels, 0), 'float32'));
    return { loss: add(loss, multiply(beyond, weight)), diagnostics: { ...diagnostics, memoryFilled } };
  };
}

function masksOf(labels: Tensor, memoryLabels: Tensor): PairMasks {
  const row = reshape(memoryLabels, [1, ...(memoryLabels.shape as number[])]);
  const isFilled = cast(greaterOrEqual(row, 0), 'float32');
  const isSame = cast(equal(reshape(labels, [...(labels.shape as number[]), 1]), row), 'float32');
  return { similar: multiply(isSame, isFilled), dissimilar: multiply(subtract(1, isSame), isFilled) };
}

/** Puts the newest in front and lets the oldest go. */
function enqueue(scope: Scope, queue: Tensor, newest: Tensor): void {
  scope.update(queue, slice(concat([newest, queue], 0), [0], [queue.shape[0] as number], { axes: [0] }));
}
