import { add } from '../graph/ops/add.ts';
import { exp } from '../graph/ops/exp.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { negate } from '../graph/ops/negate.ts';
import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { softplus } from '../graph/ops/softplus.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { checkBetween, checkLogits } from './checks.ts';
import { diagnoseLogits } from './logit-diagnostics.ts';
import type { LogitLoss } from './types.ts';

export interface FocalOptions {
  /** How strongly pairs that are already right are played down, above 0. Default 2, the paper's best. */
  readonly gamma?: number;
  /**
   * Weight of similar pairs, between 0 and 1; dissimilar ones weigh `1 − alpha`. Default .25, the paper's best with
   * gamma 2: similar pairs, though rarer, weigh less, since gamma has already played the easy dissimilar ones down.
   */
  readonly alpha?: number;
}

/**
 * `−alpha·similar·(1−p)^γ·ln p − (1−alpha)·(1−similar)·p^γ·ln(1−p)`, mean over pairs, with `p = sigmoid(logit)`: cross-
 * entropy that spends itself on the pairs that are still wrong. Worked out from the logit, `(1−p)^γ =
 * exp(−γ·softplus(logit))`, so value and gradient are finite for logits of any size. `similar` may be graded.
 * Diagnostics as `diagnoseLogits` gives them.
 * @throws E_CONFIG where an option is out of range; the loss E_SHAPE, E_DTYPE
 * @source Lin, Goyal, Girshick, He & Dollár 2017, "Focal loss for dense object detection", eq. 5
 * @example
 * const { loss } = focal({ alpha: 0.5 })(comparator.logits(left, right, scope), similar);
 */
export function focal({ gamma = 2, alpha = 0.25 }: FocalOptions = {}): LogitLoss {
  checkBetween(gamma, 0, Number.POSITIVE_INFINITY, 'focal: gamma');
  checkBetween(alpha, 0, 1, 'focal: alpha');
  return (logits, similar) => {
    checkLogits(logits, similar, 'focal');
    // −ln p and −ln(1−p)
    const [surpriseSimilar, surpriseNot] = [softplus(negate(logits)), softplus(logits)];
    const whenSimilar = multiply(exp(multiply(surpriseNot, -gamma)), surpriseSimilar);
    const whenNot = multiply(exp(multiply(surpriseSimilar, -gamma)), surpriseNot);
    const costs = add(
      multiply(multiply(similar, alpha), whenSimilar),
      multiply(multiply(subtract(1, similar), 1 - alpha), whenNot),
    );
    return { loss: reduceMean(costs), diagnostics: diagnoseLogits(logits, similar) };
  };
}
