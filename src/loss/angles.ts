import { clip } from '../graph/ops/clip.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { sqrt } from '../graph/ops/sqrt.ts';
import { square } from '../graph/ops/square.ts';
import { subtract } from '../graph/ops/subtract.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * ε of `sin θ = √max(1 − cos²θ, ε)`. The root's slope is infinite at 0; with ε it is finite, and an embedding exactly on
 * its target gets the gradient of the cosine alone. One rounding of a float32 near 1.
 */
const EPSILON = 1e-7;

/** `cos(θ + angleRad)` from `cos θ`, by the addition theorem: exact, and no arc cosine whose slope is infinite at ±1. */
export function cosineOfSum(cosines: Tensor, angleRad: number): Tensor {
  const sines = sqrt(clip(subtract(1, square(cosines)), EPSILON, Number.POSITIVE_INFINITY));
  return subtract(multiply(cosines, Math.cos(angleRad)), multiply(sines, Math.sin(angleRad)));
}
