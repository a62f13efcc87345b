import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { emitElementwise } from './blocked-elementwise.ts';
import { multiply } from './multiply.ts';
import { positiveMask } from './positive-mask.ts';
import { scalar } from './source.ts';
import { subtract } from './subtract.ts';

const LARGEST = 6;

/** Inputs: x, 0, 6. */
const rule: OpRule<null> = {
  name: 'relu6',
  infer: ([x]) => x,
  emit: (emitter, inputs, node) =>
    emitter.withActivation(inputs[0], node.inputs[0], {
      activation: 'Clip',
      activation_params: { floats: [0, LARGEST] },
    }) ?? emitElementwise(emitter, 'Clip', inputs, node),
  // From the output alone, so that what came before it need not be kept.
  gradient: (dy, { output }) =>
    multiply(dy, positiveMask(multiply(output, subtract(scalar(LARGEST, output.dtype), output)))),
};

/**
 * `min(max(x, 0), 6)`, the activation of MobileNetV2. The gradient at 0 and at 6 is 0.
 * @source Sandler et al. 2018, "MobileNetV2"
 */
export function relu6(x: Tensor): Tensor {
  return apply(rule, [x, scalar(0, x.dtype), scalar(LARGEST, x.dtype)], null);
}
