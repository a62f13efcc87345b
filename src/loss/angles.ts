import { clip } from '../graph/ops/clip.ts';
import { greater } from '../graph/ops/comparisons.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { sqrt } from '../graph/ops/sqrt.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { where } from '../graph/ops/where.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * `sin²θ = 1 − cos²θ` up to which the sine counts as 0. The root's slope is infinite there, and what is left of equal
 * directions in float32 is rounding: an embedding on its target gets the cosine's value and gradient alone.
 */
const EPSILON = 5e-7;

/** `cos(θ + angleRad)` from `cos θ`, by the addition theorem: exact, and no arc cosine whose slope is infinite at ±1. */
export function cosineOfSum(cosines: Tensor, angleRad: number): Tensor {
  const squares = subtract(1, square(cosines));
  const sines = where(greater(squares, EPSILON), sqrt(clip(squares, EPSILON, Number.POSITIVE_INFINITY)), 0);
  return subtract(multiply(cosines, Math.cos(angleRad)), multiply(sines, Math.sin(angleRad)));
}
