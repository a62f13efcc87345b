import { type DType, isFloat, ONNX_TYPE } from '../dtype.ts';
import { apply, type OpRule, type Tensor } from '../tensor.ts';
import { emitElementwise } from './blocked-elementwise.ts';

interface CastAttributes {
  readonly dtype: DType;
}

/** Between floating types. */
const smooth: OpRule<CastAttributes> = {
  name: 'cast',
  infer: ([x], { dtype }) => ({ dtype, shape: x.shape }),
  emit: (emitter, inputs, node) =>
    emitElementwise(emitter, 'Cast', inputs, node, { to: ONNX_TYPE[node.attributes.dtype] }),
  gradient: (dy, { inputs: [x] }) => cast(dy, x.dtype),
};

/** From or to a type without fractions: no gradient passes. */
const discrete: OpRule<CastAttributes> = { ...smooth, gradient: 'none' };

/** `x` as another element type. Floats become integers by dropping their fraction; bool becomes 0 or 1. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  return apply(isFloat(x.dtype) && isFloat(dtype) ? smooth : discrete, [x], { dtype });
}
