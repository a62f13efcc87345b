import { defineBinary } from './binary.ts';

/** `a + b`, broadcast. */
export const add = defineBinary(
  'add',
  'Add',
  (dy) => dy,
  (dy) => dy,
);
