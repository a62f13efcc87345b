import { defineBinary } from './binary.ts';
import { multiply } from './multiply.ts';
import { negate } from './negate.ts';

/** `a / b`, broadcast. `∂y/∂b = −y/b`. */
export const divide = defineBinary(
  'divide',
  'Div',
  (dy, _a, b) => divide(dy, b),
  (dy, _a, b, y) => negate(multiply(dy, divide(y, b))),
);
