import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npyToNames, parseNpy } from '../data/sources/npy.ts';
import { openZip } from '../data/sources/zip.ts';
import { encodeNpz } from './npz-writer.ts';

describe('encodeNpz', () => {
  it('writes what the reader of archives reads', async () => {
    const data = Float32Array.from([1, -2.5, 1e-30, 4, 5, 6]);
    const names = ['a.png', 'größe/靴 😀.png'];
    const bytes = encodeNpz({ embeddings: { data, shape: [2, 3] }, names: { names } });
    const folder = mkdtempSync(join(tmpdir(), 'samesame-npz-'));
    try {
      const path = join(folder, 'a.npz');
      writeFileSync(path, bytes);
      const archive = await openZip(path);
      expect(archive.names).toEqual(['embeddings.npy', 'names.npy']);
      const embeddings = parseNpy(await archive.read('embeddings.npy'), 'embeddings');
      expect(embeddings).toMatchObject({ shape: [2, 3], dtype: '<f4' });
      expect(new Float32Array(embeddings.data.slice().buffer)).toEqual(data);
      const read = parseNpy(await archive.read('names.npy'), 'names');
      expect(read).toMatchObject({ shape: [2], dtype: '<U13' });
      expect(npyToNames(read, 'names')).toEqual(names);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('checks its content as ZIP does', () => {
    const bytes = Buffer.from(encodeNpz({ a: { names: ['123456789'] } }));
    const nameBytes = bytes.readUInt16LE(26);
    const content = bytes.subarray(30 + nameBytes, 30 + nameBytes + bytes.readUInt32LE(18));
    let crc = 0xffffffff;
    for (const byte of content) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
    expect(bytes.readUInt32LE(14)).toBe(~crc >>> 0);
    expect(content.length % 64).toBe(9 * 4);
  });

  it('holds no array, or an empty one', () => {
    expect(encodeNpz({}).length).toBe(22);
    const empty = encodeNpz({ embeddings: { data: new Float32Array(0), shape: [0, 64] } });
    expect(Buffer.from(empty).toString('latin1')).toContain("'shape': (0, 64)");
  });
});
