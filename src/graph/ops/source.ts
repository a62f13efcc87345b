import { SamesameError } from '../../base/errors.ts';
import { createArray, type DType, type TensorData } from '../dtype.ts';
import { apply, describeShape, type OpRule, type Shape, sizeOf, type Tensor } from '../tensor.ts';

interface InputAttributes {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

interface ConstantAttributes {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A value that is fed at every run. Its name is its name in the ONNX file. */
export const inputRule: OpRule<InputAttributes> = {
  name: 'input',
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  gradient: 'none',
};

export const constantRule: OpRule<ConstantAttributes> = {
  name: 'constant',
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  emit: (emitter, _, { attributes: { dtype, shape, data } }) => emitter.constant(dtype, shape, data),
  gradient: 'none',
};

/**
 * A named input of the graph.
 * @param shape numbers, or names for axes that are known only at run time (inference graphs).
 */
export function input(name: string, dtype: DType, shape: Shape): Tensor {
  return apply(inputRule, [], { name, dtype, shape });
}

/**
 * A constant tensor. The array is kept, not copied: do not write to it afterwards.
 * @throws E_SHAPE where the array's length is not the product of `shape`
 */
export function constant(data: TensorData, shape: readonly number[], dtype: DType = dtypeOf(data)): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new SamesameError('E_SHAPE', {
      what: 'a constant does not fill its shape',
      expected: `${sizeOf(shape)} elements for ${describeShape(shape)}`,
      received: `${data.length} elements`,
    });
  }
  return apply(constantRule, [], { dtype, shape, data });
}

/** A constant with no axes. */
export function scalar(value: number, dtype: DType = 'float32'): Tensor {
  return full([], value, dtype);
}

/** A constant of one repeated value. */
export function full(shape: readonly number[], value: number, dtype: DType = 'float32'): Tensor {
  const data = createArray(dtype, sizeOf(shape));
  if (data instanceof BigInt64Array) data.fill(BigInt(value));
  else data.fill(value);
  return constant(data, shape, dtype);
}

/** The constant's array where `tensor` is one. */
export function constantData(tensor: Tensor): TensorData | undefined {
  return tensor.node.rule === (constantRule as OpRule<unknown>)
    ? (tensor.node.attributes as ConstantAttributes).data
    : undefined;
}

function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  return 'uint8';
}
