import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { checkPairs } from './checks.ts';
import { diagnosePairs } from './diagnose-pairs.ts';
import { cosine } from './distances/cosine.ts';
import type { PairLoss } from './types.ts';

/**
 * Asks that the cosine of each pair be its grade: `(similar − cos(l, r))²`, mean over pairs. For graded pairs whose grades
 * mean something by themselves; where only their order does, `cosent`. Diagnostics as `diagnosePairs` gives them.
 * @throws the loss E_SHAPE, E_DTYPE
 * @source Reimers & Gurevych 2019, "Sentence-BERT", section 3, regression objective
 * @example
 * const { loss } = cosineMeanSquaredError()(left, right, similar);
 */
export function cosineMeanSquaredError(): PairLoss {
  return (left, right, similar) => {
    checkPairs(left, right, similar, 'cosine-mean-squared-error');
    const errors = square(subtract(similar, cosine.ofPairs(left, right)));
    return { loss: reduceMean(errors), diagnostics: diagnosePairs(left, right, similar) };
  };
}
