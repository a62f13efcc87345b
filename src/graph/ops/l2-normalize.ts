import { apply, normalizeAxis, type OpRule, type Tensor } from '../tensor.ts';
import { greater } from './comparisons.ts';
import { divide } from './divide.ts';
import { maximum } from './maximum.ts';
import { multiply } from './multiply.ts';
import { reduceSum } from './reduce-sum.ts';
import { reduceSumSquare } from './reduce-sum-square.ts';
import { sqrt } from './sqrt.ts';
import { subtract } from './subtract.ts';
import { where } from './where.ts';

interface NormalizeAttributes {
  readonly axis: number;
  readonly epsilon: number;
}

const rule: OpRule<NormalizeAttributes> = {
  name: 'l2Normalize',
  infer: ([x]) => x,
  compose: ([x], attributes) => divide(x, normOf(x, attributes).norm),
  // dx = (dy − y·⟨y, dy⟩) / ‖x‖; a clamped norm is constant, so the second term falls away there.
  gradient: (dy, { inputs: [x], attributes, output: y }) => {
    const { norm, normSquared } = normOf(x, attributes);
    const along = reduceSum(multiply(y, dy), [attributes.axis], { keepDims: true });
    const free = where(greater(normSquared, attributes.epsilon), along, 0);
    return divide(subtract(dy, multiply(y, free)), norm);
  },
};

/**
 * `x / √max(Σx², ε)`: vectors of length 1 along `axis`.
 * @param axis the axis of the vectors, default −1
 * @param epsilon default 1e-12: a vector of zeros stays zeros and its gradient stays finite (`dy/√ε`), while vectors
 *   longer than 1e-6 are not changed by it
 * @throws E_SHAPE where there is no such axis
 */
export function l2Normalize(x: Tensor, axis = -1, epsilon = 1e-12): Tensor {
  return apply(rule, [x], { axis: normalizeAxis(axis, x.shape.length, 'l2Normalize'), epsilon });
}

function normOf(x: Tensor, { axis, epsilon }: NormalizeAttributes) {
  const normSquared = reduceSumSquare(x, [axis], { keepDims: true });
  return { normSquared, norm: sqrt(maximum(normSquared, epsilon)) };
}
