import { multiply } from './multiply.ts';
import { sign } from './sign.ts';
import { defineUnary } from './unary.ts';

/** `|x|`. Its gradient at 0 is 0. */
export const abs = defineUnary('abs', 'Abs', (dy, x) => multiply(dy, sign(x)));
