import type { AnchorLoss } from './anchor-loss.ts';
import type { BatchLoss, LogitLoss, PairLoss } from './types.ts';

/** A loss in every form that it can be fed in. A form that is absent is one that the loss does not have. */
export interface LossForms {
  /** Embeddings and labels of a batch. */
  readonly overBatch?: BatchLoss;
  /** Embeddings of a batch against those of other batches. */
  readonly against?: AnchorLoss['against'];
  /** Embeddings of explicit pairs. */
  readonly overPairs?: PairLoss;
  /** Logits of a comparator head. */
  readonly overLogits?: LogitLoss;
}
