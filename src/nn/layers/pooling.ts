import { averagePool2d } from '../../graph/ops/average-pool.ts';
import { globalAveragePool as globalAveragePoolOp } from '../../graph/ops/global-average-pool.ts';
import { globalMaxPool as globalMaxPoolOp } from '../../graph/ops/global-max-pool.ts';
import { maxPool2d } from '../../graph/ops/max-pool.ts';
import type { WindowOptions } from '../../graph/ops/window.ts';
import type { Layer } from './layer.ts';

/** The largest value under each window of `size`; the stride is the same by default. */
export function maxPool(size: number, options?: WindowOptions): Layer {
  return (x) => maxPool2d(x, size, options);
}

/** The mean under each window of `size`; the stride is the same by default. */
export function averagePool(size: number, options?: Omit<WindowOptions, 'dilation'>): Layer {
  return (x) => averagePool2d(x, size, options);
}

/** `[N, C, H, W] → [N, C]`: the mean of each channel. */
export const globalAveragePool: Layer = (x) => globalAveragePoolOp(x);

/** `[N, C, H, W] → [N, C]`: the largest value of each channel. */
export const globalMaxPool: Layer = (x) => globalMaxPoolOp(x);
