import { conv2d } from '../../graph/ops/conv2d.ts';
import type { WindowOptions } from '../../graph/ops/window.ts';
import { heNormal, type Initializer, zeros } from '../initializers.ts';
import type { Layer } from './layer.ts';

export interface ConvLayerOptions extends WindowOptions {
  /** Default true; leave it out before a batch norm, which has its own. */
  readonly bias?: boolean;
  readonly groups?: number;
  /** Adds `l2 · Σ weight²` to the training loss. Default 0. */
  readonly l2?: number;
  /** Default He normal, for the ReLU that usually follows. */
  readonly initializer?: Initializer;
}

/**
 * `[N, C, H, W] → [N, numOut, H', W']`: a two-dimensional convolution.
 * Parameters `weight [numOut, C / groups, kH, kW]`, `bias [numOut]`.
 */
export function conv(
  numOut: number,
  kernel: number | readonly [number, number],
  options: ConvLayerOptions = {},
): Layer {
  const { bias = true, groups = 1, l2 = 0, initializer = heNormal, ...window } = options;
  const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  return (x, scope) => {
    const weight = scope.parameter(
      'weight',
      [numOut, Number(x.shape[1]) / groups, height, width],
      initializer,
      { l2 },
    );
    return conv2d(x, weight, {
      ...window,
      groups,
      bias: bias ? scope.parameter('bias', [numOut], zeros) : undefined,
    });
  };
}
