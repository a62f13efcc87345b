import { exp } from './exp.ts';
import { multiply } from './multiply.ts';
import { negate } from './negate.ts';
import { square } from './square.ts';
import { defineUnary } from './unary.ts';

/** The error function, `2/√π ∫₀ˣ e^(−t²) dt`, in [−1, 1]. */
export const erf = defineUnary('erf', 'Erf', (dy, x) =>
  multiply(dy, multiply(exp(negate(square(x))), 2 / Math.sqrt(Math.PI))),
);
