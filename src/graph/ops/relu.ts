import { multiply } from './multiply.ts';
import { sign } from './sign.ts';
import { defineUnary } from './unary.ts';

/** `max(x, 0)`. The gradient at 0 is 0: `sign(y)` is the mask, since y is never negative. */
export const relu = defineUnary('relu', 'Relu', (dy, _x, y) => multiply(dy, sign(y)));
