import { add } from '../../graph/ops/add.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { glorotUniform, type Initializer, zeros } from '../initializers.ts';
import type { Layer } from './layer.ts';

export interface DenseOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Adds `l2 · Σ weight²` to the training loss. Default 0. */
  readonly l2?: number;
  /** Default Glorot uniform; He for layers that a ReLU follows. */
  readonly initializer?: Initializer;
  /** Default zeros. */
  readonly biasInitializer?: Initializer;
}

/** `[N, In] → [N, size]`: `x · weight + bias`. Parameters `weight [In, size]`, `bias [size]`. */
export function dense(size: number, options: DenseOptions = {}): Layer {
  const { bias = true, l2 = 0, initializer = glorotUniform, biasInitializer = zeros } = options;
  return (x, scope) => {
    const product = matmul(x, scope.parameter('weight', [Number(x.shape[1]), size], initializer, { l2 }));
    return bias ? add(product, scope.parameter('bias', [size], biasInitializer)) : product;
  };
}
