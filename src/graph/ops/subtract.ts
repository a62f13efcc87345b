import { defineBinary } from './binary.ts';
import { negate } from './negate.ts';

/** `a − b`, broadcast. */
export const subtract = defineBinary(
  'subtract',
  'Sub',
  (dy) => dy,
  (dy) => negate(dy),
);
