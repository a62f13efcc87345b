import { defineBinary } from './binary.ts';
import { shareOfWinner } from './maximum.ts';
import { subtract } from './subtract.ts';

/**
 * `min(a, b)`, elementwise and broadcast. Where `a = b` each operand gets half of the gradient, as a central
 * difference does.
 */
export const minimum = defineBinary(
  'minimum',
  'Min',
  (dy, a, b) => shareOfWinner(dy, subtract(b, a)),
  (dy, a, b) => shareOfWinner(dy, subtract(a, b)),
);
