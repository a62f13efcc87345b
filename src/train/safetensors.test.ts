import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const tensors = new Map([
  ['conv/weight', { shape: [2, 3], data: Float32Array.of(1, -2, 0.5, Number.MAX_VALUE, 1e-40, 6) }],
  ['step', { shape: [], data: Float32Array.of(7) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
]);

/** A file by the letter of the format, apart from the writer under test. */
function fileOf(header: unknown, data: Uint8Array, headerLength?: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerLength ?? json.length));
  return new Uint8Array(Buffer.concat([length, json, data]));
}

describe('a safetensors file', () => {
  it('comes back as it was written, to the bit', () => {
    const metadata = { format: 'test', note: 'größer 🎉' };
    const read = decodeSafetensors(encodeSafetensors({ tensors, metadata }), 'x');
    expect([...read.tensors]).toEqual([...tensors]);
    expect(read.metadata).toEqual(metadata);
  });

  it('is as the format says: length, JSON, arrays, little-endian', () => {
    const one = new Map([['a', { shape: [1, 2], data: Float32Array.of(1, -2) }]]);
    const bytes = Buffer.from(encodeSafetensors({ tensors: one, metadata: { k: 'v' } }));
    const json = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8, ' ');
    // 1 is 3f800000, −2 is c0000000.
    const floats = Buffer.from('0000803f000000c0', 'hex');
    expect(bytes.readBigUInt64LE(0)).toBe(BigInt(padded.length));
    expect(bytes.subarray(8).equals(Buffer.concat([Buffer.from(padded), floats]))).toBe(true);
  });

  it('is read where others wrote it: without metadata, in another order, at an odd place', () => {
    const floats = Buffer.from(Float32Array.of(1, 2, 3).buffer);
    const header = {
      b: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    };
    const file = fileOf(header, floats);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const { tensors: read, metadata } = decodeSafetensors(shifted.subarray(1), 'x');
    expect([...read.get('a')!.data, ...read.get('b')!.data]).toEqual([1, 2, 3]);
    expect(metadata).toEqual({});
  });

  it('takes arrays that are views into larger ones', () => {
    const data = Float32Array.of(9, 9, 1, 2, 9).subarray(2, 4);
    const bytes = encodeSafetensors({ tensors: new Map([['a', { shape: [2], data }]]), metadata: {} });
    expect([...decodeSafetensors(bytes, 'x').tensors.get('a')!.data]).toEqual([1, 2]);
  });
});

describe('a damaged file is E_CHECKPOINT', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const data = new Uint8Array(8);
  it.each([
    ['empty', new Uint8Array(0)],
    ['shorter than its length field', new Uint8Array(5)],
    ['of zeros', new Uint8Array(64)],
    ['with a header that is longer than the file', fileOf({ a: entry }, data, 10_000)],
    ['with a header of absurd length', fileOf({ a: entry }, data, Number.MAX_SAFE_INTEGER)],
    ['with a header that is not JSON', fileOf('{"a":', data)],
    ['with a header that is no object', fileOf('null', data)],
    ['of another type', fileOf({ a: { ...entry, dtype: 'F16' } }, data)],
    ['with an array behind the end', fileOf({ a: { ...entry, data_offsets: [4, 12] } }, data)],
    ['with an array before the start', fileOf({ a: { ...entry, data_offsets: [-8, 0] } }, data)],
    ['with a shape that does not fit the bytes', fileOf({ a: { ...entry, shape: [3] } }, data)],
    ['with an entry without offsets', fileOf({ a: { dtype: 'F32', shape: [2] } }, data)],
  ])('%s', (_name, bytes) => {
    expect(() => decodeSafetensors(bytes, 'last.safetensors')).toThrow(
      expect.objectContaining({ code: 'E_CHECKPOINT', message: expect.stringContaining('last.safetensors') }),
    );
  });

  it('cut anywhere', () => {
    const whole = encodeSafetensors({ tensors, metadata: { format: 'test' } });
    for (let length = 0; length < whole.length; length += 3) {
      expect(() => decodeSafetensors(whole.slice(0, length), 'x'), `${length} bytes`).toThrow(
        expect.objectContaining({ code: 'E_CHECKPOINT' }),
      );
    }
  });
});
