import { SamesameError } from '../../base/errors.ts';
import { ONNX_TYPE } from '../dtype.ts';
import { apply, describeShape, type Emitter, type Node, type OpRule, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { greater } from './comparisons.ts';
import { matmul } from './matmul.ts';
import { multiply } from './multiply.ts';
import { reduceSum } from './reduce-sum.ts';
import { scalar } from './source.ts';
import { subtract } from './subtract.ts';
import { transpose } from './transpose.ts';

/** Between the rows of two matrices. */
const between: OpRule<null> = {
  name: 'pairwiseSquaredDistances',
  infer: ([a, b]) => ({ dtype: a.dtype, shape: [a.shape[0], b.shape[0]] }),
  emit: (emitter, [a, b]) => emitDistances(emitter, a, b),
  gradient: (dy, { inputs: [a, b], output }, index) => {
    const weights = unclamped(dy, output);
    return index === 0 ? pull(weights, a, b) : pull(transpose(weights), b, a);
  },
};

/** Inputs: a, 1. Among the rows of one matrix: the diagonal is exactly 0, and one matrix product gives the whole gradient. */
const among: OpRule<null> = {
  name: 'pairwiseSquaredDistances',
  infer: ([a]) => ({ dtype: a.dtype, shape: [a.shape[0], a.shape[0]] }),
  emit: (emitter, [a, one], node) =>
    emitter.node('Mul', [emitDistances(emitter, a, a), emitOffDiagonal(emitter, a, one, node)]),
  gradient: (dy, { inputs: [a], output }) => {
    const weights = unclamped(dy, output);
    return pull(add(weights, transpose(weights)), a, a);
  },
};

/**
 * `d²[i, j] = |aᵢ|² + |bⱼ|² − 2 aᵢ·bⱼ`, clamped at 0: every squared distance between the rows of two matrices, at the
 * price of one matrix product. Rounding leaves an error of about `1e-7 · (|aᵢ|² + |bⱼ|²)`: equal rows come out near 0
 * rather than at 0, so take roots with `safeSqrt`. Clamped entries have gradient 0.
 * @param a float `[N, D]`
 * @param b float `[M, D]`; default `a`, and then the diagonal is exactly 0
 * @returns float `[N, M]`
 * @throws E_SHAPE, E_DTYPE
 * @example
 * const points = constant(new Float32Array([0, 0, 3, 4]), [2, 2]);
 * pairwiseSquaredDistances(points); // [[0, 25], [25, 0]]
 */
export function pairwiseSquaredDistances(a: Tensor, b: Tensor = a): Tensor {
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[1]) {
    throw new SamesameError('E_SHAPE', {
      what: 'pairwiseSquaredDistances needs two matrices of equally long rows',
      expected: '[N, D] and [M, D]',
      received: `${describeShape(a.shape)} and ${describeShape(b.shape)}`,
    });
  }
  if (a.dtype !== b.dtype) {
    throw new SamesameError('E_DTYPE', {
      what: 'pairwiseSquaredDistances needs one element type',
      expected: a.dtype,
      received: b.dtype,
    });
  }
  return a === b ? apply(among, [a, scalar(1, a.dtype)], null) : apply(between, [a, b], null);
}

/** `dy` where the distance was not clamped. A comparison is twice as fast as Sign. */
function unclamped(dy: Tensor, distances: Tensor): Tensor {
  return multiply(dy, cast(greater(distances, 0), dy.dtype));
}

/** `∂/∂aᵢ Σⱼ wᵢⱼ |aᵢ − bⱼ|² = 2 (aᵢ Σⱼ wᵢⱼ − Σⱼ wᵢⱼ bⱼ)`. */
function pull(weights: Tensor, a: Tensor, b: Tensor): Tensor {
  const total = reduceSum(weights, [1], { keepDims: true });
  return multiply(subtract(multiply(a, total), matmul(weights, b)), 2);
}

/** Gemm takes `−2·a·bᵀ + |b|²` in one go. */
function emitDistances(emitter: Emitter, a: string, b: string): string {
  const lengthsOfA = emitter.node('ReduceSumSquare', [a], { axes: [1], keepdims: 1 });
  const lengthsOfB = emitter.node('ReduceSumSquare', [b], { axes: [1], keepdims: 0 });
  const rest = emitter.node('Gemm', [a, b, lengthsOfB], { transB: 1, alpha: { float: -2 } });
  return emitter.node('Relu', [emitter.node('Add', [rest, lengthsOfA])]);
}

/** 1 everywhere but on the diagonal. Where the size is known, the runtime works this out once, when it loads the graph. */
function emitOffDiagonal(emitter: Emitter, a: string, one: string, { output }: Node<null>): string {
  const [length] = output.shape;
  const size =
    typeof length === 'number'
      ? emitter.int64s([length, length])
      : emitter.node('Gather', [emitter.node('Shape', [a]), emitter.int64s([0, 0])]);
  const zeros = emitter.node('ConstantOfShape', [size]);
  const diagonal = emitter.node('EyeLike', [zeros], { dtype: ONNX_TYPE[output.dtype] });
  return emitter.node('Sub', [one, diagonal]);
}
