import { divide } from './divide.ts';
import { multiply } from './multiply.ts';
import { defineUnary } from './unary.ts';

/**
 * `√x` for `x ≥ 0`. Its gradient at 0 is infinite: keep x away from 0 with `maximum(x, ε)`, or take `safeSqrt`.
 */
export const sqrt = defineUnary('sqrt', 'Sqrt', (dy, _x, y) => divide(multiply(dy, 0.5), y));
