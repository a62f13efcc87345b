import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { emitElementwise } from './blocked-elementwise.ts';
import { broadcastShapes, type Operand, toTensors } from './broadcast.ts';
import { sumTo } from './sum-to.ts';

/** The gradient of a binary op for each operand before it is summed back over the axes that were broadcast. */
type BinaryGradient = (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor;

/** An elementwise op of two operands that broadcast against each other. */
export function defineBinary(
  name: string,
  opType: string,
  gradientOfA: BinaryGradient,
  gradientOfB: BinaryGradient,
): (a: Operand, b: Operand) => Tensor {
  const rule: OpRule<null> = {
    name,
    infer: ([a, b]) => ({ dtype: a.dtype, shape: broadcastShapes(a.shape, b.shape, name) }),
    emit: (emitter, inputs, node) => emitElementwise(emitter, opType, inputs, node),
    gradient: (dy, { inputs: [a, b], output }, index) =>
      index === 0
        ? sumTo(gradientOfA(dy, a, b, output), a.shape)
        : sumTo(gradientOfB(dy, a, b, output), b.shape),
  };
  return (a, b) => apply(rule, toTensors(a, b, name), null);
}
