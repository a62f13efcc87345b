import { divide } from './divide.ts';
import { defineUnary } from './unary.ts';

/** `ln x` for `x > 0`. Keep x away from 0, where value and gradient are infinite, with `maximum(x, ε)`. */
export const log = defineUnary('log', 'Log', (dy, x) => divide(dy, x));
