import { sizeOf } from '../tensor.ts';
import { expandReduced } from './expand.ts';
import { defineGlobalPool } from './global-pool.ts';
import { multiply } from './multiply.ts';

/** The mean of each channel, `[N, C, H, W] → [N, C]`. */
export const globalAveragePool = defineGlobalPool('globalAveragePool', 'GlobalAveragePool', (dy, x) =>
  expandReduced(multiply(dy, 1 / sizeOf(x.shape.slice(2))), x.shape, [2, 3]),
);
