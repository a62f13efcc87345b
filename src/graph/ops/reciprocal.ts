import { multiply } from './multiply.ts';
import { negate } from './negate.ts';
import { square } from './square.ts';
import { defineUnary } from './unary.ts';

/** `1/x`, infinite at 0. */
export const reciprocal = defineUnary('reciprocal', 'Reciprocal', (dy, _x, y) =>
  negate(multiply(dy, square(y))),
);
