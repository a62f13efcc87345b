import { TensorProto_DataType as Type } from 'onnx-buf';
import { readOnnx } from '../graph/read.ts';
import { editGraph } from './editable-graph.ts';

/** A parameter of a network. */
export interface NamedParameter {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/**
 * The float32 constants of a network by name, without single numbers: weights, biases, running statistics, and what pixels
 * are scaled by. Trained ones are named `layer/parameter`; those of a frozen part have names that were counted.
 */
export function readParameters(file: Uint8Array): Map<string, NamedParameter> {
  return new Map(
    Array.from(readOnnx(file).initializers)
      .filter(([, { dtype, shape }]) => dtype === 'float32' && shape.length > 0)
      .map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]),
  );
}

/**
 * A network with other values for its parameters.
 * @param metadata entries of the file's `metadata_props`
 * @returns ONNX bytes, owned by the caller
 */
export function withParameters(
  file: Uint8Array,
  values: ReadonlyMap<string, NamedParameter>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const edit = editGraph(file);
  for (const tensor of edit.graph.initializer) {
    const value = values.get(tensor.name);
    if (value === undefined || tensor.dataType !== Type.FLOAT) continue;
    const { buffer, byteOffset, byteLength } = value.data;
    tensor.rawData = new Uint8Array(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
    tensor.floatData = [];
  }
  return edit.toBytes(metadata);
}
