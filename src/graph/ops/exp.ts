import { multiply } from './multiply.ts';
import { defineUnary } from './unary.ts';

/** `eˣ`. In float32 it is 0 below −104 and infinite above 88.7. */
export const exp = defineUnary('exp', 'Exp', (dy, _x, y) => multiply(dy, y));
