import { multiply } from './multiply.ts';
import { negate } from './negate.ts';
import { sin } from './sin.ts';
import { defineUnary } from './unary.ts';

/** `cos x`, x in radians. */
export const cos = defineUnary('cos', 'Cos', (dy, x) => negate(multiply(dy, sin(x))));
