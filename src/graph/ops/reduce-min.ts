import { defineExtremum } from './extremum.ts';

/** The smallest element over `axes` (all by default). Elements that tie share the gradient equally. */
export const reduceMin = defineExtremum('reduceMin', 'ReduceMin');
