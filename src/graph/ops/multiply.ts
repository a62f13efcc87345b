import { defineBinary } from './binary.ts';

/** `a · b`, elementwise and broadcast. */
export const multiply = defineBinary(
  'multiply',
  'Mul',
  (dy, _a, b) => multiply(dy, b),
  (dy, a) => multiply(dy, a),
);
