import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { defineBinary } from './binary.ts';
import { multiply } from './multiply.ts';
import { sign } from './sign.ts';
import { subtract } from './subtract.ts';

/**
 * `max(a, b)`, elementwise and broadcast. Where `a = b` each operand gets half of the gradient, as a central
 * difference does.
 */
export const maximum = defineBinary(
  'maximum',
  'Max',
  (dy, a, b) => shareOfWinner(dy, subtract(a, b)),
  (dy, a, b) => shareOfWinner(dy, subtract(b, a)),
);

/** `dy` where an operand's `lead` over the other is positive, `dy/2` where it is 0, 0 where it is negative. */
export function shareOfWinner(dy: Tensor, lead: Tensor): Tensor {
  const half = multiply(dy, 0.5);
  return add(half, multiply(half, sign(lead)));
}
