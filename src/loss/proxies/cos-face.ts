import { subtract } from '../../graph/ops/subtract.ts';
import { checkAtLeast, checkBetween } from '../checks.ts';
import type { BatchLoss } from '../types.ts';
import type { ClassWeighting } from './class-cross-entropy.ts';
import { createMarginSoftmax } from './margin-softmax.ts';

export interface CosFaceOptions extends ClassWeighting {
  /** Cosine that an image must be nearer to its own proxy than to all others, from 0 and below 2. Default .35, the paper's. */
  readonly margin?: number;
  /** Factor of the cosines, above 0. Default 64, the paper's. */
  readonly scale?: number;
}

/**
 * Gives each class a direction and asks of each image to lie a margin nearer to its own, as a cosine: cross-entropy over
 * `s·(cos θ_y − m)` for the own class and `s·cos θ_c` for the others. With margin 0 it is the normalised softmax.
 *
 * Learns `proxies` float32 `[C, D]`. Defined for every batch. Diagnostics as `diagnoseProxies` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG where it is not told of the classes
 * @source Wang et al. 2018, "CosFace: large margin cosine loss for deep face recognition", eq. 4
 * @example
 * const { loss } = cosFace({ scale: 32 })(embeddings, labels, { scope, numClasses: 10 });
 */
export function cosFace(options: CosFaceOptions = {}): BatchLoss {
  const { margin = 0.35, scale = 64, ...weighting } = options;
  checkAtLeast(margin, 0, 2, 'cosface: margin');
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, 'cosface: scale');
  return createMarginSoftmax({
    name: 'cosface',
    scale,
    own: (cosines) => subtract(cosines, margin),
    weighting,
  });
}
