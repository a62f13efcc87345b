import { cast } from './cast.ts';
import { greater } from './comparisons.ts';
import { multiply } from './multiply.ts';
import { defineUnary } from './unary.ts';

/** `max(x, 0)`. The gradient at 0 is 0. */
export const relu = defineUnary('relu', 'Relu', (dy, _x, y) => multiply(dy, cast(greater(y, 0), y.dtype)));
