import { concat } from '../../graph/ops/concat.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { relu } from '../../nn/layers/activations.ts';
import { dense } from '../../nn/layers/dense.ts';
import { sequential } from '../../nn/layers/sequential.ts';
import { type Comparator, checkSides } from './comparator.ts';

/**
 * `concat(left, right) → 16 ReLU → 4 ReLU → 1`, the logit that two embeddings are similar: the head of protocol A
 * (digit and clothing pairs). `32·D + 89` parameters, 1,113 for D = 32. Not symmetric: to swap the two images may flip
 * the decision. Parameters `dense1/…`, `dense2/…`, `logit/…`.
 * @throws `logits` E_SHAPE
 * @example
 * const logits = concatHead().logits(left, right, scope.within('head'));
 */
export function concatHead(): Comparator {
  const layer = sequential({
    dense1: dense(16),
    relu1: relu,
    dense2: dense(4),
    relu2: relu,
    logit: dense(1),
  });
  return {
    name: 'concat',
    symmetric: false,
    logits(left, right, scope) {
      checkSides(left, right, 'concat');
      return reshape(layer(concat([left, right], 1), scope), [left.shape[0]]);
    },
  };
}
