import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { emitElementwise } from './blocked-elementwise.ts';
import { multiply } from './multiply.ts';
import { positiveMask } from './positive-mask.ts';

const rule: OpRule<null> = {
  name: 'relu',
  infer: ([x]) => x,
  emit: (emitter, inputs, node) =>
    emitter.withActivation(inputs[0], node.inputs[0], { activation: 'Relu' }) ??
    emitElementwise(emitter, 'Relu', inputs, node),
  gradient: (dy, { output }) => multiply(dy, positiveMask(output)),
};

/** `max(x, 0)`. The gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return apply(rule, [x], null);
}
