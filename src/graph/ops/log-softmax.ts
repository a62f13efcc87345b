import { apply, normalizeAxis, type OpRule, type Tensor } from '../tensor.ts';
import { exp } from './exp.ts';
import { multiply } from './multiply.ts';
import { reduceSum } from './reduce-sum.ts';
import { subtract } from './subtract.ts';

const rule: OpRule<{ readonly axis: number }> = {
  name: 'logSoftmax',
  infer: ([x]) => x,
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node('LogSoftmax', inputs, { axis }),
  // dx = dy − softmax(x)·Σ dy
  gradient: (dy, { attributes: { axis }, output: y }) =>
    subtract(dy, multiply(exp(y), reduceSum(dy, [axis], { keepDims: true }))),
};

/** `x − ln Σ eˣ` along `axis` (default −1): logarithms of probabilities, finite for any finite x. @throws E_SHAPE */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return apply(rule, [x], { axis: normalizeAxis(axis, x.shape.length, 'logSoftmax') });
}
