import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { sigmoid } from './sigmoid.ts';
import { subtract } from './subtract.ts';

const rule: OpRule<null> = {
  name: 'silu',
  infer: ([x]) => x,
  compose: ([x]) => multiply(x, sigmoid(x)),
  // σ(x) + x·σ(x)·(1 − σ(x)) = σ + y·(1 − σ)
  gradient: (dy, { inputs: [x], output: y }) => {
    const gate = sigmoid(x);
    return multiply(dy, add(gate, multiply(y, subtract(1, gate))));
  },
};

/**
 * `x · σ(x)`, also called swish.
 * @source Elfwing et al. 2017, "Sigmoid-Weighted Linear Units"
 */
export function silu(x: Tensor): Tensor {
  return apply(rule, [x], null);
}
