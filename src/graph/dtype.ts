/** Element types of tensors, by their ONNX Runtime names. */
export type DType = 'float32' | 'float64' | 'float16' | 'uint8' | 'int32' | 'int64' | 'bool';

/**
 * The typed array that holds each element type. `bool` is one byte an element: 0 or 1. `float16` is kept as its bits: it
 * is for storing and casting, no op counts with it.
 */
export interface ArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  uint8: Uint8Array;
  int32: Int32Array;
  int64: BigInt64Array;
  bool: Uint8Array;
}

export type TensorData = ArrayOf[DType];

/** `TensorProto.DataType` of each element type. */
export const ONNX_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

const CREATE: { readonly [T in DType]: (length: number) => ArrayOf[T] } = {
  float32: (n) => new Float32Array(n),
  float64: (n) => new Float64Array(n),
  float16: (n) => new Uint16Array(n),
  uint8: (n) => new Uint8Array(n),
  int32: (n) => new Int32Array(n),
  int64: (n) => new BigInt64Array(n),
  bool: (n) => new Uint8Array(n),
};

/** A zeroed array for `length` elements of `dtype`. */
export function createArray<T extends DType>(dtype: T, length: number): ArrayOf[T] {
  return CREATE[dtype](length);
}

/** Floating types: the ones through which gradients flow. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}
