import { cast } from '../graph/ops/cast.ts';
import { greater } from '../graph/ops/comparisons.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { staticShape } from '../graph/tensor.ts';
import { checkBetween, checkPairs } from './checks.ts';
import { diagnosePairs } from './diagnose-pairs.ts';
import { cosine } from './distances/cosine.ts';
import { logOnePlusSumWhere } from './log-sums.ts';
import type { PairLoss } from './types.ts';

export interface CosentOptions {
  /** How much the worst order outweighs the others, above 0. Default 20, the author's. */
  readonly scale?: number;
}

/**
 * Asks that pairs come in the order of their grades, and not how close each is:
 * `ln(1 + Σ exp(λ (cos_j − cos_i)))` over all two pairs where pair i is more similar than pair j.
 *
 * For graded pairs; labels of 0 and 1 do too. Where all grades are equal the loss is 0 with zero gradient. Diagnostics as
 * `diagnosePairs` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE
 * @source Su 2022, "CoSENT: a more efficient sentence vector scheme than Sentence-BERT", eq. 6 (spaces.ac.cn/archives/8847);
 *   the ordering is that of Sun et al. 2020 (circle loss)
 * @example
 * const { loss } = cosent()(left, right, similar);
 */
export function cosent({ scale = 20 }: CosentOptions = {}): PairLoss {
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, 'cosent: scale');
  return (left, right, similar) => {
    checkPairs(left, right, similar, 'cosent');
    const [length] = staticShape(similar.shape, 'cosent');
    const cosines = multiply(cosine.ofPairs(left, right), scale);
    const all = [1, length ** 2];
    const gaps = reshape(subtract(reshape(cosines, [1, length]), reshape(cosines, [length, 1])), all);
    const isMore = greater(reshape(similar, [length, 1]), reshape(similar, [1, length]));
    const loss = reshape(logOnePlusSumWhere(gaps, reshape(cast(isMore, 'float32'), all)), []);
    return { loss, diagnostics: diagnosePairs(left, right, similar) };
  };
}
