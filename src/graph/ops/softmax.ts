import { apply, normalizeAxis, type OpRule, type Tensor } from '../tensor.ts';
import { multiply } from './multiply.ts';
import { reduceSum } from './reduce-sum.ts';
import { subtract } from './subtract.ts';

const rule: OpRule<{ readonly axis: number }> = {
  name: 'softmax',
  infer: ([x]) => x,
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node('Softmax', inputs, { axis }),
  // dx = y·(dy − ⟨y, dy⟩)
  gradient: (dy, { attributes: { axis }, output: y }) =>
    multiply(y, subtract(dy, reduceSum(multiply(y, dy), [axis], { keepDims: true }))),
};

/** `eˣ / Σ eˣ` along `axis` (default −1): positive, with sum 1; finite for any finite x. @throws E_SHAPE */
export function softmax(x: Tensor, axis = -1): Tensor {
  return apply(rule, [x], { axis: normalizeAxis(axis, x.shape.length, 'softmax') });
}
