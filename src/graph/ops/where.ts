import { SamesameError } from '../../base/errors.ts';
import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { broadcastShapes, type Operand, toTensors } from './broadcast.ts';
import { sumTo } from './sum-to.ts';

const rule: OpRule<null> = {
  name: 'where',
  infer: ([condition, a, b]) => ({
    dtype: a.dtype,
    shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape, 'where'), 'where'),
  }),
  emit: (emitter, inputs) => emitter.node('Where', inputs),
  gradient: (dy, { inputs: [condition, a, b] }, index) =>
    index === 1 ? sumTo(where(condition, dy, 0), a.shape) : sumTo(where(condition, 0, dy), b.shape),
};

/**
 * `a` where `condition` holds, `b` elsewhere; all three broadcast. The side that is not taken gets gradient 0, but
 * an infinite gradient behind it still becomes NaN (0 · ∞): keep both sides finite.
 * @param condition bool
 * @throws E_DTYPE, E_SHAPE
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (condition.dtype !== 'bool') {
    throw new SamesameError('E_DTYPE', {
      what: 'where needs a bool condition',
      expected: 'bool',
      received: condition.dtype,
      help: 'compare first: where(greater(x, 0), a, b)',
    });
  }
  return apply(rule, [condition, ...toTensors(a, b, 'where')], null);
}
