import { SamesameError } from '../base/errors.ts';

/** Arrays by name and free text beside them, as a `.safetensors` file holds them. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/**
 * The bytes of a `.safetensors` file: the length of the header as 64 bits, the header as JSON padded with spaces to 8
 * bytes, the arrays one after another, all little-endian.
 * @source https://huggingface.co/docs/safetensors, "Format"
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** Reads what `encodeSafetensors` and other writers of float32 files wrote. @throws E_CHECKPOINT */
export function decodeSafetensors(bytes: Uint8Array, path: string): TensorFile {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const headerLength = Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<
      string,
      unknown
    >;
    const { __metadata__: metadata = {}, ...entries } = header;
    const tensors = new Map<string, StoredTensor>();
    for (const [name, entry] of Object.entries(entries as Record<string, HeaderEntry>)) {
      const [start, end] = entry.data_offsets.map((offset) => 8 + headerLength + offset);
      const length = entry.shape.reduce((product, dim) => product * dim, 4);
      if (entry.dtype !== 'F32' || end - start !== length || start < 8 + headerLength || end > bytes.length)
        throw new RangeError(`${name}: ${entry.dtype} [${entry.shape}] in bytes ${start} to ${end}`);
      // A copy starts at offset 0 and so is aligned for float32. (A Buffer's own `slice` would be no copy.)
      const copy = new Uint8Array(bytes.subarray(start, end));
      tensors.set(name, { shape: entry.shape, data: new Float32Array(copy.buffer) });
    }
    return { tensors, metadata: metadata as Record<string, string> };
  } catch (cause) {
    throw new SamesameError('E_CHECKPOINT', {
      what: `${path} is not a whole checkpoint`,
      expected: 'a .safetensors file of float32 arrays',
      received: `${bytes.length} bytes`,
      help: 'it was cut or changed; start the run anew (--overwrite)',
      cause,
    });
  }
}
