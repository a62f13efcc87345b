import { defineExtremum } from './extremum.ts';

/** The largest element over `axes` (all by default). Elements that tie share the gradient equally. */
export const reduceMax = defineExtremum('reduceMax', 'ReduceMax');
