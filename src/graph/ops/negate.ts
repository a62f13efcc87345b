import { defineUnary } from './unary.ts';

/** `−x`. */
export const negate = defineUnary('negate', 'Neg', (dy) => negate(dy));
