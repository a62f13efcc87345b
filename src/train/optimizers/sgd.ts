import { add } from '../../graph/ops/add.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** Share of the former step that is added to this one. In 0…1, default 0: plain gradient descent. */
  readonly momentum?: number;
  /** Look ahead: step from where the momentum would lead. Default false. */
  readonly nesterov?: boolean;
}

/**
 * Gradient descent: `v ← momentum · v − rate · g`, `θ ← θ + v`; with Nesterov `θ ← θ + momentum · v − rate · g`.
 * @source Sutskever et al. 2013, "On the importance of initialization and momentum", eq. 1–4 (in TensorFlow's form)
 */
export function sgd({ momentum = 0, nesterov = false }: SgdOptions = {}): Optimizer {
  return {
    name: 'sgd',
    slots: momentum === 0 ? [] : ['velocity'],
    update({ parameter, gradient, slots: [velocity], learningRate }) {
      const step = multiply(gradient, learningRate);
      if (velocity === undefined) return { parameter: subtract(parameter, step), slots: [] };
      const moved = subtract(multiply(velocity, momentum), step);
      const total = nesterov ? subtract(multiply(moved, momentum), step) : moved;
      return { parameter: add(parameter, total), slots: [moved] };
    },
  };
}
