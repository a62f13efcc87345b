import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { emitElementwise } from './blocked-elementwise.ts';

/** An elementwise op of one operand that is one ONNX node. `gradient` gets `dy`, the input and the output. */
export function defineUnary(
  name: string,
  opType: string,
  gradient: ((dy: Tensor, x: Tensor, y: Tensor) => Tensor) | 'none',
): (x: Tensor) => Tensor {
  const rule: OpRule<null> = {
    name,
    infer: ([x]) => x,
    emit: (emitter, inputs, node) => emitElementwise(emitter, opType, inputs, node),
    gradient: gradient === 'none' ? 'none' : (dy, { inputs: [x], output }) => gradient(dy, x, output),
  };
  return (x) => apply(rule, [x], null);
}
