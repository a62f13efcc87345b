import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { abs } from './abs.ts';
import { cast } from './cast.ts';
import { less } from './comparisons.ts';
import { multiply } from './multiply.ts';

const rule: OpRule<null> = {
  name: 'hardSigmoid',
  infer: ([x]) => x,
  emit: (emitter, inputs) =>
    emitter.node('HardSigmoid', inputs, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  gradient: (dy, { inputs: [x] }) => multiply(dy, multiply(cast(less(abs(x), 3), x.dtype), 1 / 6)),
};

/**
 * `min(max(x/6 + 1/2, 0), 1)`, straight between −3 and 3; outside and at ±3 its gradient is 0.
 * @source Howard et al. 2019, "Searching for MobileNetV3", section 5.2
 */
export function hardSigmoid(x: Tensor): Tensor {
  return apply(rule, [x], null);
}
