import { checkBetween, checkWhole } from '../checks.ts';
import type { BatchLoss } from '../types.ts';
import { multiplyAngle } from './angular-margins.ts';
import type { ClassWeighting } from './class-cross-entropy.ts';
import { createMarginSoftmax } from './margin-softmax.ts';

export interface SphereFaceOptions extends ClassWeighting {
  /**
   * How many times the angle to the own proxy counts, a whole number from 1. Default 2: the paper's 4 needs the plain
   * softmax mixed in at first, which is left out here.
   */
  readonly margin?: number;
  /** Factor of the logits, above 0. Default 30, for embeddings of length 1; the paper has 1, and embeddings of any length. */
  readonly scale?: number;
}

/**
 * Gives each class a direction and counts the angle to the own one several times: cross-entropy over `s·|x|·ψ(θ_y)` for the
 * own class and `s·|x|·cos θ_c` for the others, `ψ(θ) = (−1)^k cos(mθ) − 2k`, k the number of times that π/m goes into θ.
 *
 * Learns `proxies` float32 `[C, D]`, used at length 1. Defined for every batch. Diagnostics as `diagnoseProxies` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG where it is not told of the classes
 * @source Liu et al. 2017, "SphereFace: deep hypersphere embedding for face recognition", eq. 7 (A-softmax)
 * @example
 * const { loss } = sphereFace({ margin: 4 })(embeddings, labels, { scope, numClasses: 10 });
 */
export function sphereFace(options: SphereFaceOptions = {}): BatchLoss {
  return createMultiplied('sphereface', options, { ofEmbeddings: true, ofProxies: false });
}

/**
 * As `sphereFace`, and proxies keep their lengths: cross-entropy over `s·|w_y|·|x|·ψ(θ_y)` for the own class and
 * `s·w_c·x` for the others.
 *
 * Learns `proxies` float32 `[C, D]`. Diagnostics as `diagnoseProxies` gives them.
 * @throws as `sphereFace`
 * @source Liu, Wen, Yu & Yang 2016, "Large-margin softmax loss for convolutional neural networks", eq. 4–6
 * @example
 * const { loss } = largeMarginSoftmax()(embeddings, labels, { scope, numClasses: 10 });
 */
export function largeMarginSoftmax(options: SphereFaceOptions = {}): BatchLoss {
  return createMultiplied('large-margin-softmax', options, { ofEmbeddings: true, ofProxies: true });
}

function createMultiplied(
  name: string,
  { margin = 2, scale = 30, ...weighting }: SphereFaceOptions,
  lengths: { readonly ofEmbeddings: boolean; readonly ofProxies: boolean },
): BatchLoss {
  checkWhole(margin, 1, `${name}: margin`);
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, `${name}: scale`);
  return createMarginSoftmax({
    name,
    scale,
    own: (cosines) => multiplyAngle(cosines, margin),
    lengths,
    weighting,
  });
}
