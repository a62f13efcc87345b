import { add } from '../graph/ops/add.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { negate } from '../graph/ops/negate.ts';
import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { softplus } from '../graph/ops/softplus.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { checkBetween, checkLogits } from './checks.ts';
import { diagnoseLogits } from './logit-diagnostics.ts';
import type { LogitLoss } from './types.ts';

export interface BinaryCrossEntropyOptions {
  /**
   * How much a similar pair counts against a dissimilar one, above 0. Default 1. The number of dissimilar pairs over
   * the number of similar ones balances an unbalanced set.
   */
  readonly positiveWeight?: number;
}

/**
 * `−w·similar·ln p − (1−similar)·ln(1−p)`, mean over pairs, with `p = sigmoid(logit)` and w the weight of similar
 * pairs. Worked out from the logit, `−ln p = softplus(−logit)`, so it is exact and finite for logits of any size.
 * `similar` may be graded. Diagnostics as `diagnoseLogits` gives them.
 * @throws E_CONFIG where the weight is not above 0; the loss E_SHAPE, E_DTYPE
 * @source Koch, Zemel & Salakhutdinov 2015, "Siamese neural networks for one-shot image recognition", section 3.2
 * @example
 * const { loss } = binaryCrossEntropy()(comparator.logits(left, right, scope), similar);
 */
export function binaryCrossEntropy({ positiveWeight = 1 }: BinaryCrossEntropyOptions = {}): LogitLoss {
  checkBetween(positiveWeight, 0, Number.POSITIVE_INFINITY, 'binary-cross-entropy: positiveWeight');
  return (logits, similar) => {
    checkLogits(logits, similar, 'binary-cross-entropy');
    const whenSimilar = multiply(multiply(similar, positiveWeight), softplus(negate(logits)));
    const whenNot = multiply(subtract(1, similar), softplus(logits));
    return { loss: reduceMean(add(whenSimilar, whenNot)), diagnostics: diagnoseLogits(logits, similar) };
  };
}
