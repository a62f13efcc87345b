import { dropout as dropoutOp } from '../../graph/ops/dropout.ts';
import { staticShape } from '../../graph/tensor.ts';
import type { Layer } from './layer.ts';

/**
 * While training, sets a random share `rate` (0…1) of the numbers to 0 and scales the others up; otherwise nothing.
 * @source Srivastava et al. 2014, "Dropout"
 */
export function dropout(rate: number): Layer {
  return (x, scope) =>
    scope.training && rate > 0 ? dropoutOp(x, rate, scope.randomBits(staticShape(x.shape, 'dropout'))) : x;
}
