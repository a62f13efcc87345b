import { SamesameError } from '../../base/errors.ts';
import { splitDim } from '../dims.ts';
import {
  apply,
  type Dim,
  describeShape,
  type OpRule,
  type Shape,
  sameShape,
  type Tensor,
} from '../tensor.ts';

const rule: OpRule<{ readonly shape: Shape }> = {
  name: 'reshape',
  infer: ([x], { shape }) => {
    if (splitSize(x.shape).key !== splitSize(shape).key) {
      throw new SamesameError('E_SHAPE', {
        what: 'reshape cannot change the number of elements',
        expected: `a shape with as many elements as ${describeShape(x.shape)}`,
        received: describeShape(shape),
      });
    }
    return { dtype: x.dtype, shape };
  },
  // An axis whose length is open is the one that ONNX works out by itself.
  emit: (emitter, [x], { attributes: { shape } }) =>
    emitter.node('Reshape', [x, emitter.int64s(shape.map((dim) => (typeof dim === 'number' ? dim : -1)))]),
  gradient: (dy, { inputs: [x] }) => reshape(dy, x.shape),
};

/**
 * The same elements in row-major order under another shape.
 * @param shape may hold one −1, which is worked out, and the symbolic axes of `x`
 * @throws E_SHAPE where the number of elements would change
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const resolved = resolveUnknown(x.shape, shape);
  return sameShape(resolved, x.shape) ? x : apply(rule, [x], { shape: resolved });
}

function splitSize(shape: Shape): { numbers: number; key: string } {
  const parts = shape.map(splitDim);
  const numbers = parts.reduce((product, { count }) => product * count, 1);
  const names = parts.flatMap(({ symbol }) => symbol ?? []).sort();
  return { numbers, key: `${numbers}·${names.join('·')}` };
}

function resolveUnknown(from: Shape, to: Shape): Dim[] {
  if (!to.includes(-1)) return [...to];
  const known = to.filter((dim) => dim !== -1);
  const symbol = from.find((dim) => typeof dim === 'string' && !known.includes(dim));
  if (symbol !== undefined) return to.map((dim) => (dim === -1 ? symbol : dim));
  const length = splitSize(from).numbers / splitSize(known).numbers;
  return to.map((dim) => (dim === -1 ? length : dim));
}
