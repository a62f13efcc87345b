import { adam, adamW } from './adam.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

/** Options of the named optimisers; each reads its own. */
export interface NamedOptimizerOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** An optimiser by its name. */
export function createOptimizer(
  name: 'adam' | 'adamw' | 'sgd' | 'rmsprop',
  { momentum, nesterov, weightDecay }: NamedOptimizerOptions,
): Optimizer {
  switch (name) {
    case 'adam':
      return adam();
    case 'adamw':
      return adamW({ weightDecay });
    case 'sgd':
      return sgd({ momentum, nesterov });
    case 'rmsprop':
      return rmsprop();
  }
}
