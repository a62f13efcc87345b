import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { emitElementwise } from './blocked-elementwise.ts';
import { broadcastShapes, type Operand, toTensors } from './broadcast.ts';

/** `a = b`, broadcast, as bool. */
export const equal = defineComparison('equal', 'Equal');

/** `a ≠ b`, broadcast, as bool. */
export const notEqual = defineComparison('notEqual', 'Equal', 'Not');

/** `a < b`, broadcast, as bool. */
export const less = defineComparison('less', 'Less');

/** `a ≤ b`, broadcast, as bool. */
export const lessOrEqual = defineComparison('lessOrEqual', 'LessOrEqual');

/** `a > b`, broadcast, as bool. */
export const greater = defineComparison('greater', 'Greater');

/** `a ≥ b`, broadcast, as bool. */
export const greaterOrEqual = defineComparison('greaterOrEqual', 'GreaterOrEqual');

/** A comparison of two operands of one type. The result jumps, so no gradient passes. */
function defineComparison(name: string, opType: string, then?: string): (a: Operand, b: Operand) => Tensor {
  const rule: OpRule<null> = {
    name,
    infer: ([a, b]) => ({ dtype: 'bool', shape: broadcastShapes(a.shape, b.shape, name) }),
    emit: (emitter, inputs, node) => {
      if (then === undefined) return emitElementwise(emitter, opType, inputs, node);
      return emitter.node(then, [emitter.node(opType, inputs)]);
    },
    gradient: 'none',
  };
  return (a, b) => apply(rule, toTensors(a, b, name), null);
}
