import type { Tensor } from '../tensor.ts';
import { clip } from './clip.ts';

/**
 * `min(max(x, 0), 6)`, the activation of MobileNetV2.
 * @source Sandler et al. 2018, "MobileNetV2"
 */
export function relu6(x: Tensor): Tensor {
  return clip(x, 0, 6);
}
