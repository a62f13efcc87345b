import { multiply } from './multiply.ts';
import { subtract } from './subtract.ts';
import { defineUnary } from './unary.ts';

/** `1 / (1 + e⁻ˣ)`, in [0, 1]. For the logarithm of a probability take `negate(softplus(negate(x)))`, which is exact. */
export const sigmoid = defineUnary('sigmoid', 'Sigmoid', (dy, _x, y) =>
  multiply(dy, multiply(y, subtract(1, y))),
);
