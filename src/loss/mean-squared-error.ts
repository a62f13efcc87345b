import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { sigmoid } from '../graph/ops/sigmoid.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { checkLogits } from './checks.ts';
import { diagnoseLogits } from './logit-diagnostics.ts';
import type { LogitLoss } from './types.ts';

/**
 * `(similar − p)²`, mean over pairs, with `p = sigmoid(logit)`. `similar` may be graded.
 *
 * The contrastive loss with margin 1 on `d = 1 − p` is the same function: for p in 0…1,
 * `similar·(1−p)² + (1−similar)·max(1−(1−p), 0)² = (similar−p)² + similar·(1−similar)`, whose last term is 0 for labels
 * of 0 and 1 and a constant for graded ones. So it is offered once.
 *
 * Diagnostics as `diagnoseLogits` gives them.
 * @throws the loss E_SHAPE, E_DTYPE
 * @source Brier 1950, "Verification of forecasts expressed in terms of probability": half of its score, which sums over both classes
 * @example
 * const { loss } = meanSquaredError()(comparator.logits(left, right, scope), similar);
 */
export function meanSquaredError(): LogitLoss {
  return (logits, similar) => {
    checkLogits(logits, similar, 'mean-squared-error');
    const errors = square(subtract(similar, sigmoid(logits)));
    return { loss: reduceMean(errors), diagnostics: diagnoseLogits(logits, similar) };
  };
}
