import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { defineBinary } from './binary.ts';
import { greater } from './comparisons.ts';
import { log } from './log.ts';
import { multiply } from './multiply.ts';
import { scalar } from './source.ts';
import { subtract } from './subtract.ts';
import { where } from './where.ts';

/** Inputs: x, exponent. The exponent is a number, so nothing is written for its gradient. */
const toNumber: OpRule<{ readonly exponent: number }> = {
  name: 'pow',
  infer: ([x]) => x,
  emit: (emitter, inputs) => emitter.node('Pow', inputs),
  gradient: (dy, { inputs: [x], attributes: { exponent } }) =>
    multiply(dy, exponent === 0 ? 0 : multiply(pow(x, exponent - 1), exponent)),
};

const toTensor = defineBinary(
  'pow',
  'Pow',
  (dy, a, b) => multiply(dy, multiply(b, toTensor(a, subtract(b, 1)))),
  // ∂aᵇ/∂b = aᵇ ln a; at a = 0 it is 0 for b > 0, and for a < 0 there is none.
  (dy, a, _b, y) => multiply(dy, multiply(y, where(greater(a, 0), log(a), 0))),
);

/**
 * `xᵉ`, elementwise; a tensor as exponent broadcasts. A negative x needs a whole exponent, and then has gradient 0
 * towards it.
 */
export function pow(x: Tensor, exponent: Tensor | number): Tensor {
  if (typeof exponent !== 'number') return toTensor(x, exponent);
  return exponent === 1 ? x : apply(toNumber, [x, scalar(exponent, x.dtype)], { exponent });
}
