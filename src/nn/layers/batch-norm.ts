import { add } from '../../graph/ops/add.ts';
import { batchNormInference, batchNorm as batchNormOp } from '../../graph/ops/batch-norm.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { ones, zeros } from '../initializers.ts';
import type { Layer } from './layer.ts';

export interface BatchNormOptions {
  /** Share of the running statistics that is kept at each step. In 0…1, default 0.9: they follow within 20 steps. */
  readonly momentum?: number;
  /** Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Each channel scaled to mean 0 and variance 1, by the batch's statistics while training and by running ones after.
 * Parameters `scale [C]`, `bias [C]`; statistics `mean [C]`, `variance [C]`.
 * @source Ioffe & Szegedy 2015, "Batch normalization"
 */
export function batchNorm({ momentum = 0.9, epsilon = 1e-5 }: BatchNormOptions = {}): Layer {
  return (x, scope) => {
    const shape = [Number(x.shape[1])];
    const scale = scope.parameter('scale', shape, ones);
    const bias = scope.parameter('bias', shape, zeros);
    const mean = scope.parameter('mean', shape, zeros, { trainable: false });
    const variance = scope.parameter('variance', shape, ones, { trainable: false });
    if (!scope.training) return batchNormInference(x, scale, bias, mean, variance, epsilon);
    const batch = batchNormOp(x, scale, bias, epsilon);
    scope.update(mean, add(multiply(mean, momentum), multiply(batch.mean, 1 - momentum)));
    scope.update(variance, add(multiply(variance, momentum), multiply(batch.variance, 1 - momentum)));
    return batch.y;
  };
}
