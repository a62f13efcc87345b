import type { Tensor } from '../graph/tensor.ts';
import type { Scope } from '../nn/scope.ts';

/** What a loss gives: the scalar to minimise and named scalars that tell how learning goes. */
export interface LossOutput {
  /** float32 `[]`: finite for finite inputs, NaN where an embedding is NaN, so that a run can stop. */
  readonly loss: Tensor;
  /** float32 `[]` each; 0 where there is nothing to take a mean of. */
  readonly diagnostics: Readonly<Record<string, Tensor>>;
}

/** What a training step lends to a loss. A loss that learns or keeps something asks for it; the others do without. */
export interface LossContext {
  /** Where the loss keeps arrays of its own. They are in checkpoints and never in the model. */
  readonly scope: Scope;
  /** C, where the labels of every batch are whole numbers from 0 to C − 1. */
  readonly numClasses?: number;
}

/** Loss over all pairs or triplets in a batch: embeddings float32 `[N, D]`, labels int32 `[N]`. */
export type BatchLoss = (embeddings: Tensor, labels: Tensor, context?: LossContext) => LossOutput;

/** Loss over explicit pairs: left, right float32 `[P, D]`; similar float32 `[P]` in 0…1. */
export type PairLoss = (left: Tensor, right: Tensor, similar: Tensor) => LossOutput;

/** Loss on a comparator head's logits float32 `[P]`; similar float32 `[P]` in 0…1. */
export type LogitLoss = (logits: Tensor, similar: Tensor) => LossOutput;
