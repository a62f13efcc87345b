import { multiply } from './multiply.ts';
import { square } from './square.ts';
import { subtract } from './subtract.ts';
import { defineUnary } from './unary.ts';

/** The hyperbolic tangent, in [−1, 1]. */
export const tanh = defineUnary('tanh', 'Tanh', (dy, _x, y) => multiply(dy, subtract(1, square(y))));
