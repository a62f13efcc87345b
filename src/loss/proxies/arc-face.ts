import { checkAtLeast, checkBetween, checkWhole } from '../checks.ts';
import type { BatchLoss } from '../types.ts';
import { addToAngle } from './angular-margins.ts';
import type { ClassWeighting } from './class-cross-entropy.ts';
import { createMarginSoftmax } from './margin-softmax.ts';

export interface ArcFaceOptions extends ClassWeighting {
  /** Radians that an image must be nearer to its own proxy than to all others, from 0 and below π. Default .5, the paper's. */
  readonly margin?: number;
  /** Factor of the cosines, above 0. Default 64, the paper's: cosines alone, −1…1, could not say "surely". */
  readonly scale?: number;
}

export interface SubCenterArcFaceOptions extends ArcFaceOptions {
  /** Proxies a class, from 1. Default 3, the paper's. */
  readonly centers?: number;
}

/**
 * Gives each class a direction and asks of each image to lie a margin nearer to its own, as an angle: cross-entropy over
 * `s·cos(θ_y + m)` for the own class and `s·cos θ_c` for the others. Where `θ_y + m` would pass π, the own logit goes on
 * falling as `s·(cos θ_y − m sin m)`.
 *
 * Learns `proxies` float32 `[C, D]`. Defined for every batch. Diagnostics as `diagnoseProxies` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG where it is not told of the classes
 * @source Deng, Guo, Xue & Zafeiriou 2019, "ArcFace: additive angular margin loss for deep face recognition", eq. 3
 * @example
 * const { loss } = arcFace({ scale: 32 })(embeddings, labels, { scope, numClasses: 10 });
 */
export function arcFace(options: ArcFaceOptions = {}): BatchLoss {
  return createArcFace('arcface', 1, options);
}

/**
 * ArcFace with several proxies a class, of which the nearest counts: a class may then have several looks, and wrongly
 * labelled images gather at a proxy of their own instead of pulling at the right one.
 *
 * Learns `proxies` float32 `[C · centers, D]`, those of a class side by side. Diagnostics as `diagnoseProxies` gives them.
 * @throws as `arcFace`
 * @source Deng, Guo, Liu, Gong & Zafeiriou 2020, "Sub-center ArcFace", eq. 2
 * @example
 * const { loss } = subCenterArcFace({ centers: 3 })(embeddings, labels, { scope, numClasses: 10 });
 */
export function subCenterArcFace({ centers = 3, ...options }: SubCenterArcFaceOptions = {}): BatchLoss {
  checkWhole(centers, 1, 'sub-center-arcface: centers');
  return createArcFace('sub-center-arcface', centers, options);
}

function createArcFace(name: string, numCenters: number, options: ArcFaceOptions): BatchLoss {
  const { margin = 0.5, scale = 64, ...weighting } = options;
  checkAtLeast(margin, 0, Math.PI, `${name}: margin`);
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, `${name}: scale`);
  return createMarginSoftmax({
    name,
    scale,
    numCenters,
    own: (cosines) => addToAngle(cosines, margin),
    weighting,
  });
}
