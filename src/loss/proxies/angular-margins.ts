import { add } from '../../graph/ops/add.ts';
import { cast } from '../../graph/ops/cast.ts';
import { greater, less } from '../../graph/ops/comparisons.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { scalar } from '../../graph/ops/source.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { where } from '../../graph/ops/where.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { cosineOfSum } from '../angles.ts';

/** `cos(θ + m)` while `θ + m ≤ π`, and beyond that `cos θ − m sin m`, so that it falls all the way. */
export function addToAngle(cosines: Tensor, marginRad: number): Tensor {
  const isBefore = greater(cosines, Math.cos(Math.PI - marginRad));
  const beyond = subtract(cosines, marginRad * Math.sin(marginRad));
  return where(isBefore, cosineOfSum(cosines, marginRad), beyond);
}

/**
 * `ψ(θ) = (−1)^k cos(mθ) − 2k` for `θ` in `[kπ/m, (k+1)π/m]`: falls from 1 to `1 − 2m` as θ goes from 0 to π, without an
 * arc cosine: `cos(mθ)` is Chebyshev's polynomial of cos θ, and k the number of `cos(jπ/m)` that cos θ is below.
 */
export function multiplyAngle(cosines: Tensor, factor: number): Tensor {
  let [former, current]: Tensor[] = [scalar(1), cosines];
  for (let degree = 1; degree < factor; degree++)
    [former, current] = [current, subtract(multiply(multiply(cosines, current), 2), former)];
  let turns: Tensor | undefined;
  let sign: Tensor | undefined;
  for (let j = 1; j < factor; j++) {
    const isPast = cast(less(cosines, Math.cos((j * Math.PI) / factor)), 'float32');
    const flip = subtract(1, multiply(isPast, 2));
    turns = turns === undefined ? isPast : add(turns, isPast);
    sign = sign === undefined ? flip : multiply(sign, flip);
  }
  if (turns === undefined || sign === undefined) return cosines;
  return subtract(multiply(sign, current), multiply(turns, 2));
}
