import { add } from '../../graph/ops/add.ts';
import { divide } from '../../graph/ops/divide.ts';
import { exp } from '../../graph/ops/exp.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { sqrt } from '../../graph/ops/sqrt.ts';
import { square } from '../../graph/ops/square.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdamOptions {
  /** Decay of the running mean of gradients. In 0…1, default 0.9. */
  readonly beta1?: number;
  /** Decay of the running mean of squared gradients. In 0…1, default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square, against division by 0. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam: each weight moves by its mean gradient over the root of its mean squared gradient, both corrected for having
 * started at 0.
 * @source Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamWithDecay('adam', options, 0);
}

/**
 * Adam with weight decay apart from the gradient: `θ ← θ − rate · decay · θ` beside Adam's step.
 * @param options `weightDecay` defaults to 0.01, the paper's choice for images
 * @source Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2
 */
export function adamW({
  weightDecay = 0.01,
  ...options
}: AdamOptions & { readonly weightDecay?: number } = {}): Optimizer {
  return adamWithDecay('adamw', options, weightDecay);
}

function adamWithDecay(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  weightDecay: number,
): Optimizer {
  return {
    name,
    slots: ['mean', 'square'],
    update({ parameter, gradient, slots: [mean, meanSquare], step, learningRate, decays }) {
      const newMean = blend(mean, gradient, beta1);
      const newSquare = blend(meanSquare, square(gradient), beta2);
      // Scalars first: both corrections become one rate and one epsilon, so each weight is touched as little as can be.
      const rootCorrection = sqrt(subtract(1, power(beta2, step)));
      const rate = divide(multiply(learningRate, rootCorrection), subtract(1, power(beta1, step)));
      const move = divide(multiply(newMean, rate), add(sqrt(newSquare), multiply(rootCorrection, epsilon)));
      const kept =
        decays && weightDecay > 0
          ? multiply(parameter, subtract(1, multiply(learningRate, weightDecay)))
          : parameter;
      return { parameter: subtract(kept, move), slots: [newMean, newSquare] };
    },
  };
}

/** `decay · old + (1 − decay) · value`. */
function blend(old: Tensor, value: Tensor, decay: number): Tensor {
  return add(multiply(old, decay), multiply(value, 1 - decay));
}

/** `base ^ exponent` for a base in 0…1. */
function power(base: number, exponent: Tensor): Tensor {
  return exp(multiply(exponent, Math.log(base)));
}
