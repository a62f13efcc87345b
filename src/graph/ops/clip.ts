import { SamesameError } from '../../base/errors.ts';
import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { emitElementwise } from './blocked-elementwise.ts';
import { cast } from './cast.ts';
import { equal } from './comparisons.ts';
import { multiply } from './multiply.ts';
import { scalar } from './source.ts';

/** Inputs: x, min, max. */
const rule: OpRule<null> = {
  name: 'clip',
  infer: ([x]) => x,
  emit: (emitter, inputs, node) => emitElementwise(emitter, 'Clip', inputs, node),
  gradient: (dy, { inputs: [x], output }) => multiply(dy, cast(equal(x, output), dy.dtype)),
};

/**
 * `min(max(x, min), max)`. The gradient passes where x lies in `[min, max]`, bounds included, and is 0 outside.
 * @throws E_CONFIG where `min > max`
 */
export function clip(x: Tensor, min: number, max: number): Tensor {
  if (!(min <= max)) {
    throw new SamesameError('E_CONFIG', {
      what: 'clip needs its bounds in order',
      expected: 'min ≤ max',
      received: `min ${min}, max ${max}`,
    });
  }
  return apply(rule, [x, scalar(min, x.dtype), scalar(max, x.dtype)], null);
}
