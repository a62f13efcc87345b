import { TensorProto_DataType as OnnxType, type TensorProto, TensorProto_DataLocation } from 'onnx-buf';
import { SamesameError } from '../base/errors.ts';
import { fromFloat16 } from '../base/float16.ts';
import { type DType, ONNX_TYPE, type TensorData } from './dtype.ts';

/** A constant read from a file. The array is the caller's own. */
export interface OnnxTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: TensorData;
}

/** Types that are read as they are; halves are widened, since no op counts with them. */
const DTYPE_OF = new Map(
  Object.entries(ONNX_TYPE)
    .filter(([dtype]) => dtype !== 'float16')
    .map(([dtype, code]) => [code, dtype as DType]),
);

/** How each stored type is read: its bytes as an array, and, where samesame lacks the type, as a wider one. */
const READ: Readonly<Record<number, { size: number; fromBytes(bytes: ArrayBuffer): TensorData }>> = {
  [OnnxType.FLOAT]: { size: 4, fromBytes: (bytes) => new Float32Array(bytes) },
  [OnnxType.DOUBLE]: { size: 8, fromBytes: (bytes) => new Float64Array(bytes) },
  [OnnxType.UINT8]: { size: 1, fromBytes: (bytes) => new Uint8Array(bytes) },
  [OnnxType.BOOL]: { size: 1, fromBytes: (bytes) => new Uint8Array(bytes) },
  [OnnxType.INT8]: { size: 1, fromBytes: (bytes) => Int32Array.from(new Int8Array(bytes)) },
  [OnnxType.INT16]: { size: 2, fromBytes: (bytes) => Int32Array.from(new Int16Array(bytes)) },
  [OnnxType.UINT16]: { size: 2, fromBytes: (bytes) => Int32Array.from(new Uint16Array(bytes)) },
  [OnnxType.INT32]: { size: 4, fromBytes: (bytes) => new Int32Array(bytes) },
  [OnnxType.UINT32]: { size: 4, fromBytes: (bytes) => BigInt64Array.from(new Uint32Array(bytes), BigInt) },
  [OnnxType.INT64]: { size: 8, fromBytes: (bytes) => new BigInt64Array(bytes) },
  [OnnxType.FLOAT16]: { size: 2, fromBytes: (bytes) => fromFloat16(new Uint16Array(bytes)) },
  [OnnxType.BFLOAT16]: { size: 2, fromBytes: (bytes) => fromBrainFloats(new Uint16Array(bytes)) },
};

/** The type as which a tensor of an ONNX type is read. @throws E_MODEL where samesame has none for it */
export function dtypeFromOnnx(code: number, user: string): DType {
  const own = DTYPE_OF.get(code);
  if (own !== undefined) return own;
  switch (code) {
    case OnnxType.FLOAT16:
    case OnnxType.BFLOAT16:
      return 'float32';
    case OnnxType.INT8:
    case OnnxType.INT16:
    case OnnxType.UINT16:
      return 'int32';
    case OnnxType.UINT32:
      return 'int64';
    default:
      throw new SamesameError('E_MODEL', {
        what: `${user} has an element type that cannot be read`,
        expected: 'a float, integer or bool type of at most 64 bits',
        received: OnnxType[code] ?? `type ${code}`,
      });
  }
}

/**
 * A stored tensor as an array: 16-bit floats as float32, narrow integers as int32, uint32 as int64.
 * @throws E_MODEL where the type is not known, the data lies in another file, or its length is not that of the shape
 */
export function readTensor(tensor: TensorProto): OnnxTensor {
  const user = `the constant ${tensor.name || 'without a name'}`;
  const dtype = dtypeFromOnnx(tensor.dataType, user);
  const shape = tensor.dims.map(Number);
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    throw new SamesameError('E_MODEL', {
      what: `${user} lies in another file`,
      expected: 'a model of one file',
      received: tensor.externalData.map(({ key, value }) => `${key} ${value}`).join(', '),
      help: 'save the model again without external data',
    });
  }
  // A new array and not slice(): of a Node Buffer that would be a view at any offset.
  const { size, fromBytes } = READ[tensor.dataType];
  const isRaw = tensor.rawData.byteLength > 0;
  const data =
    isRaw && tensor.rawData.byteLength === length * size
      ? fromBytes(new Uint8Array(tensor.rawData).buffer)
      : typedField(tensor, dtype);
  if (data.length !== length) {
    throw new SamesameError('E_MODEL', {
      what: `${user} does not fill its shape`,
      expected: `${length} elements for [${shape.join(', ')}]`,
      received: isRaw ? `${tensor.rawData.byteLength} bytes` : `${data.length} elements`,
      help: 'the file may be cut short: copy or download it again',
    });
  }
  return { dtype, shape, data };
}

/** The elements where they are stored one by one and not as bytes. */
function typedField(tensor: TensorProto, dtype: DType): TensorData {
  const { dataType, floatData, doubleData, int32Data, int64Data, uint64Data } = tensor;
  if (dataType === OnnxType.FLOAT16) return fromFloat16(Uint16Array.from(int32Data));
  if (dataType === OnnxType.BFLOAT16) return fromBrainFloats(Uint16Array.from(int32Data));
  switch (dtype) {
    case 'float32':
      return Float32Array.from(floatData);
    case 'float64':
      return Float64Array.from(doubleData);
    case 'int64':
      return BigInt64Array.from(dataType === OnnxType.UINT32 ? uint64Data : int64Data);
    case 'int32':
      return Int32Array.from(int32Data);
    default:
      return Uint8Array.from(int32Data);
  }
}

/** A bfloat16 is the upper half of a float32. */
function fromBrainFloats(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
}
