import { add } from '../../graph/ops/add.ts';
import { divide } from '../../graph/ops/divide.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { sqrt } from '../../graph/ops/sqrt.ts';
import { square } from '../../graph/ops/square.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Optimizer } from './optimizer.ts';

export interface RmspropOptions {
  /** Decay of the running mean of squared gradients. In 0…1, default 0.9. */
  readonly decay?: number;
  /** Added to the root, against division by 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * RMSprop: `s ← decay · s + (1 − decay) · g²`, `θ ← θ − rate · g / (√s + ε)`.
 * @source Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5
 */
export function rmsprop({ decay = 0.9, epsilon = 1e-7 }: RmspropOptions = {}): Optimizer {
  return {
    name: 'rmsprop',
    slots: ['square'],
    update({ parameter, gradient, slots: [meanSquare], learningRate }) {
      const newSquare = add(multiply(meanSquare, decay), multiply(square(gradient), 1 - decay));
      const move = divide(multiply(gradient, learningRate), add(sqrt(newSquare), epsilon));
      return { parameter: subtract(parameter, move), slots: [newSquare] };
    },
  };
}
