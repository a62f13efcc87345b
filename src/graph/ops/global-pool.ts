import { SamesameError } from '../../base/errors.ts';
import { apply, describeShape, type OpRule, type Tensor } from '../tensor.ts';

/** A pooling over the whole of each channel: one ONNX node that leaves `[N, C, 1, 1]`, then the two axes dropped. */
export function defineGlobalPool(
  name: string,
  opType: string,
  gradient: (dy: Tensor, x: Tensor, y: Tensor) => Tensor,
): (x: Tensor) => Tensor {
  const rule: OpRule<null> = {
    name,
    infer: ([x]) => {
      if (x.shape.length !== 4) {
        throw new SamesameError('E_SHAPE', {
          what: `${name} needs an image batch`,
          expected: '[N, C, H, W]',
          received: describeShape(x.shape),
        });
      }
      return { dtype: x.dtype, shape: x.shape.slice(0, 2) };
    },
    emit: (emitter, [x]) => emitter.node('Flatten', [emitter.node(opType, [x])], { axis: 1 }),
    gradient: (dy, { inputs: [x], output }) => gradient(dy, x, output),
  };
  return (x) => apply(rule, [x], null);
}
