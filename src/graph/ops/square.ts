import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { multiply } from './multiply.ts';

const rule: OpRule<null> = {
  name: 'square',
  infer: ([x]) => x,
  emit: (emitter, [x]) => emitter.node('Mul', [x, x]),
  gradient: (dy, { inputs: [x] }) => multiply(dy, multiply(x, 2)),
};

/** `x²`. */
export function square(x: Tensor): Tensor {
  return apply(rule, [x], null);
}
