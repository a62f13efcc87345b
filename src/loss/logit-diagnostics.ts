import { cast } from '../graph/ops/cast.ts';
import { equal, greater } from '../graph/ops/comparisons.ts';
import { negate } from '../graph/ops/negate.ts';
import { reduceMean } from '../graph/ops/reduce-mean.ts';
import { sigmoid } from '../graph/ops/sigmoid.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';
import { weightedMean } from './weighted-mean.ts';

/**
 * How a comparator is doing. Its distance is `1 − p`, so that lower is closer here too.
 * `meanPositiveDistance`, `meanNegativeDistance`: over similar and dissimilar pairs. `activeShare`: of dissimilar
 * pairs, those it takes for similar (p above ½). `accuracy`: share of pairs on the right side of ½; graded pairs count
 * as similar above ½.
 */
export function diagnoseLogits(logits: Tensor, similar: Tensor): Readonly<Record<string, Tensor>> {
  const distance = sigmoid(negate(logits));
  const dissimilar = subtract(1, similar);
  const saysSimilar = cast(greater(logits, 0), 'float32');
  const isSimilar = cast(greater(similar, 0.5), 'float32');
  return {
    meanPositiveDistance: weightedMean(distance, similar),
    meanNegativeDistance: weightedMean(distance, dissimilar),
    activeShare: weightedMean(saysSimilar, dissimilar),
    accuracy: reduceMean(cast(equal(saysSimilar, isSimilar), 'float32')),
  };
}
