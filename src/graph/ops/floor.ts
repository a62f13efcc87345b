import { defineUnary } from './unary.ts';

/** The largest whole number that is not above `x`. Its gradient is 0 wherever it has one. */
export const floor = defineUnary('floor', 'Floor', 'none');
