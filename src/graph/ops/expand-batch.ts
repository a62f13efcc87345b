import { SamesameError } from '../../base/errors.ts';
import { apply, describeShape, type OpRule, type Shape, type Tensor } from '../tensor.ts';
import { broadcastShapes } from './broadcast.ts';
import { expand } from './expand.ts';
import { stopGradient } from './stop-gradient.ts';
import { sumTo } from './sum-to.ts';

/** Inputs: x, a tensor whose first axis has the open length. */
const rule: OpRule<{ readonly shape: Shape }> = {
  name: 'expandBatch',
  infer: ([x], { shape }) => ({ dtype: x.dtype, shape: broadcastShapes(x.shape, shape, 'expandBatch') }),
  emit: (emitter, [x, reference], { attributes: { shape } }) => {
    const batch = emitter.node('Shape', [reference], { start: 0, end: 1 });
    const lengths = shape.map((dim) => (typeof dim === 'number' ? emitter.int64s([dim]) : batch));
    return emitter.node('Expand', [x, emitter.node('Concat', lengths, { axis: 0 })]);
  },
  gradient: (dy, { inputs: [x] }) => sumTo(dy, x.shape),
};

/**
 * `x` repeated along axes of length 1 to `shape`, where the batch of the graph is still open: a class token for each
 * image. With a fixed batch it is `expand`.
 * @param shape numbers, and the name of the first axis of `reference`
 * @param reference any tensor that has the batch as its first axis; no gradient goes there
 * @throws E_SHAPE
 */
export function expandBatch(x: Tensor, shape: Shape, reference: Tensor): Tensor {
  if (shape.every((dim) => typeof dim === 'number')) return expand(x, shape);
  if (shape.some((dim) => typeof dim === 'string' && dim !== reference.shape[0])) {
    throw new SamesameError('E_SHAPE', {
      what: 'expandBatch knows one open length',
      expected: String(reference.shape[0]),
      received: describeShape(shape),
    });
  }
  return apply(rule, [x, stopGradient(reference)], { shape });
}
