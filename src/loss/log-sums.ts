import { add } from '../graph/ops/add.ts';
import { logSumExp } from '../graph/ops/log-sum-exp.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { softplus } from '../graph/ops/softplus.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Leaves an entry out of a softmax: far below every logit, and still a number. */
export const LEFT_OUT = 1e9;

/** Logits where the mask is 1, far below all others where it is 0. */
export function among(logits: Tensor, mask: Tensor): Tensor {
  return add(logits, multiply(subtract(mask, 1), LEFT_OUT));
}

/** `ln Σ exp(x)` over a row's entries whose mask is 1; about −1e9 where there is none. `[N, M]` → `[N]` or `[N, 1]` */
export function logSumWhere(logits: Tensor, mask: Tensor, keepDims = false): Tensor {
  return logSumExp(among(logits, mask), [1], { keepDims });
}

/** `ln(1 + Σ exp(x))` over a row's entries whose mask is 1; 0 with zero gradient where there is none. `[N, M]` → `[N]` */
export function logOnePlusSumWhere(logits: Tensor, mask: Tensor): Tensor {
  return softplus(logSumWhere(logits, mask));
}
