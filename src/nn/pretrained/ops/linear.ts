import { productOfDims } from '../../../graph/dims.ts';
import { add } from '../../../graph/ops/add.ts';
import { matmul } from '../../../graph/ops/matmul.ts';
import { multiply } from '../../../graph/ops/multiply.ts';
import { reshape } from '../../../graph/ops/reshape.ts';
import { numberAttribute, present } from '../attributes.ts';
import type { Builder, Translate } from '../builder.ts';
import { isKnown, toTensor, type Value } from '../values.ts';

/** A weight where the operand is one, else what it is. */
function operand(value: Value, builder: Builder) {
  return builder.weight(value, 'kernel');
}

/** `alpha·A·B + beta·C`, each of A and B transposed or not. */
const gemm: Translate = ([a, b, c], node, builder) => {
  const product = matmul(operand(present(a, 'A'), builder), operand(present(b, 'B'), builder), {
    transposeA: numberAttribute(node, 'transA', 0) !== 0,
    transposeB: numberAttribute(node, 'transB', 0) !== 0,
  });
  const alpha = numberAttribute(node, 'alpha', 1);
  const scaled = alpha === 1 ? product : multiply(product, alpha);
  if (c === undefined) return scaled;
  const beta = numberAttribute(node, 'beta', 1);
  const bias = builder.weight(c, 'offset');
  return add(scaled, beta === 1 ? bias : multiply(bias, beta));
};

/**
 * Where weights are learned, a stack of matrices by one weight is one large product of all rows: so its gradient is a
 * product too, and not one for each image that has to be added up.
 */
const multiplyMatrices: Translate = ([a, b], _node, builder) => {
  const [left, right] = [present(a, 'A'), present(b, 'B')];
  const weight = operand(right, builder);
  const x = operand(left, builder);
  if (!builder.trains || !isKnown(right) || weight.shape.length !== 2 || x.shape.length < 3) {
    return matmul(x, weight);
  }
  const rows = reshape(x, [productOfDims(x.shape.slice(0, -1)), x.shape[x.shape.length - 1]]);
  return reshape(matmul(rows, weight), [...x.shape.slice(0, -1), weight.shape[1]]);
};

/** A product of known and unknown stacks: `FusedMatMul` of ONNX Runtime's own optimiser. */
const fusedMatrices: Translate = ([a, b], node) => {
  const product = matmul(toTensor(present(a, 'A')), toTensor(present(b, 'B')), {
    transposeA: numberAttribute(node, 'transA', 0) !== 0,
    transposeB: numberAttribute(node, 'transB', 0) !== 0,
  });
  const alpha = numberAttribute(node, 'alpha', 1);
  return alpha === 1 ? product : multiply(product, alpha);
};

export const LINEAR: Readonly<Record<string, Translate>> = {
  Gemm: gemm,
  MatMul: multiplyMatrices,
  FusedMatMul: fusedMatrices,
};
