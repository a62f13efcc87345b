import { SamesameError } from '../../base/errors.ts';
import { apply, describeShape, type Node, type OpRule, type Tensor } from '../tensor.ts';
import { broadcastShapes } from './broadcast.ts';
import { sumTo } from './sum-to.ts';

interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const rule: OpRule<MatmulAttributes> = {
  name: 'matmul',
  infer: ([a, b], { transposeA, transposeB }) => {
    const [rows, inner] = lastAxes(a, transposeA);
    const [other, columns] = lastAxes(b, transposeB);
    if (a.dtype !== b.dtype) {
      throw new SamesameError('E_DTYPE', {
        what: 'matmul needs one element type',
        expected: a.dtype,
        received: b.dtype,
      });
    }
    if (inner !== other) {
      throw new SamesameError('E_SHAPE', {
        what: 'matmul needs the inner axes to agree',
        expected: `${inner} in the second operand`,
        received: `${describeShape(a.shape)}${transposeA ? 'ᵀ' : ''} · ${describeShape(b.shape)}${transposeB ? 'ᵀ' : ''}`,
      });
    }
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul');
    return { dtype: a.dtype, shape: [...batch, rows, columns] };
  },
  emit: (emitter, [a, b], { attributes: { transposeA, transposeB }, inputs }) => {
    if (!transposeA && !transposeB) return emitter.node('MatMul', [a, b]);
    const transA = Number(transposeA);
    const transB = Number(transposeB);
    // Gemm takes transposes for matrices; for stacks of matrices only ONNX Runtime's own FusedMatMul does.
    return inputs.every(({ shape }) => shape.length === 2)
      ? emitter.node('Gemm', [a, b], { transA, transB })
      : emitter.node('FusedMatMul', [a, b], { transA, transB }, 'com.microsoft');
  },
  gradient: (dy, node, index) =>
    sumTo(index === 0 ? gradientOfA(dy, node) : gradientOfB(dy, node), node.inputs[index].shape),
};

/**
 * The matrix product over the last two axes, `[…, M, K] · […, K, N] → […, M, N]`; axes before them broadcast.
 * @param options `transposeA`, `transposeB` read an operand with its last two axes swapped, without moving it
 * @throws E_SHAPE, E_DTYPE
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  {
    transposeA = false,
    transposeB = false,
  }: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): Tensor {
  return apply(rule, [a, b], { transposeA, transposeB });
}

function gradientOfA(
  dy: Tensor,
  { inputs: [, b], attributes: { transposeA, transposeB } }: Node<MatmulAttributes>,
): Tensor {
  return transposeA
    ? matmul(b, dy, { transposeA: transposeB, transposeB: true })
    : matmul(dy, b, { transposeB: !transposeB });
}

function gradientOfB(
  dy: Tensor,
  { inputs: [a], attributes: { transposeA, transposeB } }: Node<MatmulAttributes>,
): Tensor {
  return transposeB
    ? matmul(dy, a, { transposeA: true, transposeB: transposeA })
    : matmul(a, dy, { transposeA: !transposeA });
}

function lastAxes({ shape }: Tensor, transposed: boolean) {
  if (shape.length < 2) {
    throw new SamesameError('E_SHAPE', {
      what: 'matmul needs at least two axes',
      received: describeShape(shape),
    });
  }
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}
