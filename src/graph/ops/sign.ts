import { defineUnary } from './unary.ts';

/** −1, 0 or 1. Its gradient is 0 wherever it has one. */
export const sign = defineUnary('sign', 'Sign', 'none');
