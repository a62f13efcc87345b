import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { greater } from './comparisons.ts';
import { multiply } from './multiply.ts';
import { where } from './where.ts';

const rule: OpRule<{ readonly slope: number }> = {
  name: 'leakyRelu',
  infer: ([x]) => x,
  emit: (emitter, inputs, { attributes: { slope } }) =>
    emitter.node('LeakyRelu', inputs, { alpha: { float: slope } }),
  gradient: (dy, { inputs: [x], attributes: { slope } }) => where(greater(x, 0), dy, multiply(dy, slope)),
};

/**
 * `x` for `x > 0`, `slope · x` elsewhere; the gradient at 0 is `slope`.
 * @param slope default 0.01, the one of the paper
 * @source Maas et al. 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models"
 */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return apply(rule, [x], { slope });
}
