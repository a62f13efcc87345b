import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { divide } from './divide.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { multiply } from './multiply.ts';
import { square } from './square.ts';

const rule: OpRule<null> = {
  name: 'gelu',
  infer: ([x]) => x,
  // In this order ONNX Runtime knows the pattern and makes one kernel of it.
  compose: ([x]) => multiply(multiply(x, twiceNormalCdf(x)), 0.5),
  // d/dx x·Φ(x) = Φ(x) + x·φ(x)
  gradient: (dy, { inputs: [x] }) => {
    const density = multiply(exp(multiply(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return multiply(dy, add(multiply(twiceNormalCdf(x), 0.5), multiply(x, density)));
  },
};

/**
 * `x · Φ(x)` with the exact normal distribution function Φ, not its tanh approximation.
 * @source Hendrycks & Gimpel 2016, "Gaussian Error Linear Units"
 */
export function gelu(x: Tensor): Tensor {
  return apply(rule, [x], null);
}

/** `2 Φ(x) = 1 + erf(x/√2)`. */
function twiceNormalCdf(x: Tensor): Tensor {
  return add(erf(divide(x, Math.SQRT2)), 1);
}
