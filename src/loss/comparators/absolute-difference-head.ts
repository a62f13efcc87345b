import { SamesameError } from '../../base/errors.ts';
import { abs } from '../../graph/ops/abs.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { constantOf, heNormal } from '../../nn/initializers.ts';
import { relu } from '../../nn/layers/activations.ts';
import { dense } from '../../nn/layers/dense.ts';
import type { Layer } from '../../nn/layers/layer.ts';
import { sequential } from '../../nn/layers/sequential.ts';
import { checkBetween } from '../checks.ts';
import { type Comparator, checkSides } from './comparator.ts';

export interface AbsoluteDifferenceHeadOptions {
  /** Units of a ReLU layer before the logit. Default none: one weight a dimension, as published. */
  readonly hidden?: number;
  /**
   * Share of similar pairs among those trained on, between 0 and 1. The logit's bias starts at `ln(share/(1−share))`,
   * so that the first steps need not learn the ratio. Default .5: the bias starts at 0.
   */
  readonly similarShare?: number;
}

/**
 * `|left − right| → dense 1`, the logit that two embeddings are similar: a learned, weighted L1 distance. Symmetric.
 * `D + 1` parameters; with a hidden layer of H, `(D + 1)·H + H + 1`. Parameters `logit/weight`, `logit/bias`,
 * `hidden/weight`, `hidden/bias`. Where two embeddings agree the gradient for them is 0.
 * @throws E_CONFIG where an option is out of range; `logits` E_SHAPE
 * @source Koch, Zemel & Salakhutdinov 2015, "Siamese neural networks for one-shot image recognition", section 3.1;
 *   the bias: Lin et al. 2017, "Focal loss for dense object detection", section 3.3
 * @example
 * const logits = absoluteDifferenceHead({ similarShare: 0.25 }).logits(left, right, scope.within('head'));
 */
export function absoluteDifferenceHead(options: AbsoluteDifferenceHeadOptions = {}): Comparator {
  const { hidden, similarShare = 0.5 } = options;
  checkBetween(similarShare, 0, 1, 'absolute-difference: similarShare');
  const logit = dense(1, { biasInitializer: constantOf(Math.log(similarShare / (1 - similarShare))) });
  const layer = hidden === undefined ? sequential({ logit }) : withHidden(hidden, logit);
  return {
    name: 'absolute-difference',
    symmetric: true,
    logits(left, right, scope) {
      checkSides(left, right, 'absolute-difference');
      return reshape(layer(abs(subtract(left, right)), scope), [left.shape[0]]);
    },
  };
}

function withHidden(hidden: number, logit: Layer): Layer {
  if (Number.isInteger(hidden) && hidden >= 1) {
    return sequential({ hidden: dense(hidden, { initializer: heNormal }), relu, logit });
  }
  throw new SamesameError('E_CONFIG', {
    what: 'absolute-difference: hidden is out of range',
    expected: 'a whole number of at least 1',
    received: String(hidden),
  });
}
