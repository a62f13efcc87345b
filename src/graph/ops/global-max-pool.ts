import { gradientOfExtremum } from './extremum.ts';
import { defineGlobalPool } from './global-pool.ts';

/** The maximum of each channel, `[N, C, H, W] → [N, C]`. Elements that tie share the gradient equally. */
export const globalMaxPool = defineGlobalPool('globalMaxPool', 'GlobalMaxPool', (dy, x, y) =>
  gradientOfExtremum(dy, x, y, [2, 3]),
);
