import { cos } from './cos.ts';
import { multiply } from './multiply.ts';
import { defineUnary } from './unary.ts';

/** `sin x`, x in radians. */
export const sin = defineUnary('sin', 'Sin', (dy, x) => multiply(dy, cos(x)));
