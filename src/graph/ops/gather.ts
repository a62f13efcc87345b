import { SamesameError } from '../../base/errors.ts';
import { apply, normalizeAxis, type OpRule, sizeOf, staticShape, type Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { matmul } from './matmul.ts';
import { oneHot } from './one-hot.ts';
import { reshape } from './reshape.ts';

/** Inputs: x, indices. */
const rule: OpRule<{ readonly axis: number }> = {
  name: 'gather',
  infer: ([x, indices], { axis }) => ({
    dtype: x.dtype,
    shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
  }),
  emit: (emitter, inputs, { attributes: { axis } }) => emitter.node('Gather', inputs, { axis }),
  gradient: (dy, { inputs: [x, indices], attributes: { axis } }) => {
    // Rows are added up by a product with one-hot rows. ScatterND loses additions when threads meet at one row (200,000
    // rows onto 4: 94 of 400 runs wrong, onnxruntime-node 1.30); ScatterElements uses one thread and wide indices.
    const shape = staticShape(x.shape, 'the gradient of gather');
    const [outer, length, inner] = [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
    const numIndices = sizeOf(indices.shape);
    const hot = cast(oneHot(reshape(indices, [numIndices]), length), dy.dtype);
    if (inner === 1) return reshape(matmul(reshape(dy, [outer, numIndices]), hot), shape);
    const stack = outer === 1 ? [numIndices, inner] : [outer, numIndices, inner];
    return reshape(matmul(hot, reshape(dy, stack), { transposeA: true }), shape);
  },
};

/**
 * The elements of `x` at `indices` along `axis`: rows of a matrix by default. An index may repeat; its gradients add.
 * @param indices int32 or int64 of any shape, which takes the place of the axis; each in `[0, length)`
 * @param axis default 0
 * @throws E_DTYPE, E_SHAPE
 * @example
 * gather(embeddings, constant(new Int32Array([0, 0, 2]), [3])); // [3, D]: the first row twice, then the third
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  if (indices.dtype !== 'int32' && indices.dtype !== 'int64') {
    throw new SamesameError('E_DTYPE', {
      what: 'gather needs integer indices',
      expected: 'int32 or int64',
      received: indices.dtype,
    });
  }
  return apply(rule, [x, indices], { axis: normalizeAxis(axis, x.shape.length, 'gather') });
}
