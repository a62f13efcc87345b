import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LABELS_MAT, MIXED_MAT, SETID_MAT } from '../../../test/mat-files.ts';
import { readMat } from './mat.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-mat-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (bytes: Uint8Array) => {
  const path = join(folder, 'x.mat');
  writeFileSync(path, bytes);
  return readMat(path);
};

/** A file of one int16 matrix `n` = [258] with the most significant byte first. */
function bigEndian(): Buffer {
  const words = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
    return bytes;
  };
  const header = Buffer.alloc(128, ' ');
  header.write('\x01\x00MI', 124, 'latin1');
  const small = (type: number, numBytes: number, ...data: number[]) =>
    Buffer.from([0, numBytes, 0, type, ...data, ...new Array(4 - data.length).fill(0)]);
  const body = Buffer.concat([words(6, 8, 10, 0), words(5, 8, 1, 1), small(1, 1, 0x6e), small(3, 2, 1, 2)]);
  return Buffer.concat([header, words(14, body.length), body]);
}

describe('readMat', () => {
  it('reads what SciPy compressed', async () => {
    const matrices = await read(LABELS_MAT);
    expect([...matrices.keys()]).toEqual(['labels']);
    expect(matrices.get('labels')!.shape).toEqual([1, 10]);
    expect([...matrices.get('labels')!.values]).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    const setid = await read(SETID_MAT);
    expect(Object.fromEntries([...setid].map(([name, { values }]) => [name, [...values]]))).toEqual({
      trnid: [2, 7],
      valid: [1, 6],
      tstid: [3, 4, 5, 8, 9, 10],
    });
  });

  it('reads every kind of number, column after column, and passes over text', async () => {
    const matrices = await read(MIXED_MAT);
    expect([...matrices.keys()]).toEqual(['a', 's', 'e', 'i', 'f', 'z']);
    expect(matrices.get('a')!.shape).toEqual([2, 3]);
    expect([...matrices.get('a')!.values]).toEqual([1.5, 4, -2, 5, 3, 6]);
    expect([...matrices.get('s')!.values]).toEqual([-7]);
    expect(matrices.get('e')).toEqual({ name: 'e', shape: [0, 0], values: new Float64Array() });
    expect([...matrices.get('i')!.values]).toEqual([70000, -70000]);
    expect([...matrices.get('f')!.values]).toEqual([0.5]);
    expect([...matrices.get('z')!.values]).toEqual([1]);
  });

  it('reads the other byte order', async () => {
    expect([...(await read(bigEndian())).get('n')!.values]).toEqual([258]);
  });

  it.each([
    ['E_DATA', 'text', Buffer.from('not a matrix')],
    ['E_DATA', 'nothing', Buffer.alloc(0)],
    ['E_DATA', 'HDF5 (version 7.3)', Buffer.concat([Buffer.from('\x89HDF\r\n\x1a\n'), Buffer.alloc(200)])],
    ['E_DATA_TRUNCATED', 'a file that is cut', LABELS_MAT.subarray(0, LABELS_MAT.length - 9)],
    ['E_DATA_TRUNCATED', 'a plain file that is cut', MIXED_MAT.subarray(0, 200)],
  ])('throws %s for %s', async (code, _what, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code });
  });
});
