import { SamesameError } from '../../base/errors.ts';
import { createArray, type DType, isFloat } from '../../graph/dtype.ts';
import { constant } from '../../graph/ops/source.ts';
import type { OnnxTensor } from '../../graph/read-tensor.ts';
import { type Dim, describeShape, type Tensor } from '../../graph/tensor.ts';

/** A value of the file that does not depend on the image: a weight, or arithmetic on shapes. */
export interface Known {
  /** Its name in the file. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Row-major. Integers of 64 bits come as numbers, the length of the batch as its name. */
  readonly values: ArrayLike<Dim>;
}

/** What a name of the file stands for while its nodes are turned into a graph. */
export type Value = Tensor | Known;

export function isKnown(value: Value): value is Known {
  return 'values' in value;
}

/** A constant of the file. Nothing is copied but integers of 64 bits. */
export function knownOf(name: string, { dtype, shape, data }: OnnxTensor): Known {
  return { name, dtype, shape, values: data instanceof BigInt64Array ? Array.from(data, Number) : data };
}

/** A known vector of lengths. */
export function knownLengths(values: readonly Dim[]): Known {
  return { name: '', dtype: 'int64', shape: [values.length], values };
}

/** The numbers of a known value. @throws E_MODEL where the batch is among them */
export function numbersOf({ name, values }: Known): number[] {
  return Array.from(values, (value) => {
    if (typeof value === 'number') return value;
    throw new SamesameError('E_MODEL', {
      what: `${name || 'a value'} depends on the size of the batch`,
      expected: 'numbers',
      received: describeShape(Array.from(values)),
      help: 'export the network with a fixed batch of 1',
    });
  });
}

/** The one number of a known value. */
export function numberOf(value: Known): number {
  const numbers = numbersOf(value);
  if (numbers.length === 1) return numbers[0];
  throw new SamesameError('E_MODEL', {
    what: `${value.name || 'a value'} has to be one number`,
    received: describeShape(value.shape),
  });
}

/** The values of a known float as float32, the type in which every network computes here. */
export function floatsOf(value: Known): Float32Array {
  return value.values instanceof Float32Array ? value.values : Float32Array.from(numbersOf(value));
}

/** A value as a tensor of the graph; a known one becomes a constant. */
export function toTensor(value: Value): Tensor {
  if (!isKnown(value)) return value;
  if (isFloat(value.dtype)) return constant(floatsOf(value), value.shape);
  const numbers = numbersOf(value);
  const data = createArray(value.dtype, numbers.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = data instanceof BigInt64Array ? BigInt(numbers[i]) : numbers[i];
  }
  return constant(data, value.shape, value.dtype);
}
