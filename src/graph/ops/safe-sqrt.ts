import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { greater } from './comparisons.ts';
import { divide } from './divide.ts';
import { maximum } from './maximum.ts';
import { multiply } from './multiply.ts';
import { sqrt } from './sqrt.ts';
import { where } from './where.ts';

const rule: OpRule<{ readonly epsilon: number }> = {
  name: 'safeSqrt',
  infer: ([x]) => x,
  compose: ([x], { epsilon }) => sqrt(maximum(x, epsilon)),
  gradient: (dy, { inputs: [x], attributes: { epsilon }, output: y }) =>
    divide(multiply(dy, 0.5), where(greater(x, epsilon), y, Number.POSITIVE_INFINITY)),
};

/**
 * `√max(x, ε)`: distances from squared distances, with gradient 0 where `x ≤ ε`, so that equal points neither push
 * nor blow up.
 * @param epsilon default 1e-7, what rounding leaves of the squared distance of two equal unit vectors in float32
 */
export function safeSqrt(x: Tensor, epsilon = 1e-7): Tensor {
  return apply(rule, [x], { epsilon });
}
