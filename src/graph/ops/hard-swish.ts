import type { Tensor } from '../tensor.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { multiply } from './multiply.ts';

/**
 * `x · hardSigmoid(x)`.
 * @source Howard et al. 2019, "Searching for MobileNetV3", section 5.2
 */
export function hardSwish(x: Tensor): Tensor {
  return multiply(x, hardSigmoid(x));
}
