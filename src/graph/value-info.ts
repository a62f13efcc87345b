import { create } from '@bufbuild/protobuf';
import { type ValueInfoProto, ValueInfoProtoSchema } from 'onnx-buf';
import { ONNX_TYPE } from './dtype.ts';
import type { TensorType } from './tensor.ts';

/** How an ONNX graph names an input or output and its type. */
export function valueInfo(name: string, { dtype, shape }: TensorType): ValueInfoProto {
  const dim = shape.map((length) => ({
    value:
      typeof length === 'number'
        ? { case: 'dimValue' as const, value: BigInt(length) }
        : { case: 'dimParam' as const, value: length },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: ONNX_TYPE[dtype], shape: { dim } } } },
  });
}
