import { describe, expect, it } from 'vitest';
import { parseBmp } from './bmp.ts';
import { parseNetpbm } from './netpbm.ts';

const text = (value: string) => Buffer.from(value, 'latin1');
const values = (bytes: Uint8Array) => [...parseNetpbm(bytes, 1e6).data];

describe('parseNetpbm', () => {
  it('reads text and binary of each kind, with comments and scaled values', () => {
    expect(values(text('P1\n# a comment\n3 2\n0 1 0\n110'))).toEqual([255, 0, 255, 0, 0, 255]);
    expect(values(text('P2 2 1 15 0 15'))).toEqual([0, 255]);
    expect(values(text('P3 1 1 255 1 2 3'))).toEqual([1, 2, 3]);
    expect(values(text('P4 10 1\n\xa0\x40'))).toEqual([0, 255, 0, 255, 255, 255, 255, 255, 255, 0]);
    expect(values(text('P5\n2 1\n#x\n255\n\x07\xff'))).toEqual([7, 255]);
    expect(values(text('P5 1 1 65535\n\x80\x00'))).toEqual([128]);
    expect(values(text('P6 1 1 255\n\x01\x02\x03'))).toEqual([1, 2, 3]);
  });

  it.each(['P5 2 2 255\n\x01', 'P2 2 1 255 1', 'P5 0 1 255\n', 'P1 1 1 7', 'P6 9999 9999 255\n', 'P2 a'])(
    'throws E_IMAGE for %j',
    (file) => {
      expect(() => parseNetpbm(text(file), 1e6)).toThrow(expect.objectContaining({ code: 'E_IMAGE' }));
    },
  );
});

function bmp(width: number, height: number, bits: number, rest: readonly number[], compression = 0): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + (bits <= 8 ? 4 << bits : 0), 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  return Buffer.concat([header, Buffer.from(rest)]);
}

describe('parseBmp', () => {
  it('reads 24 bits bottom-up with padded rows, 32 bits top-down, palettes of 1 and 4 bits', () => {
    const rows = [3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10, 0, 0];
    expect([...parseBmp(bmp(2, 2, 24, rows), 100).data]).toEqual([7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]);
    expect([...parseBmp(bmp(1, -2, 32, [3, 2, 1, 0, 6, 5, 4, 0]), 100).data]).toEqual([1, 2, 3, 4, 5, 6]);
    const black = [0, 0, 0, 0];
    const red = [0, 0, 255, 0];
    const bits = parseBmp(bmp(3, 1, 1, [...black, ...red, 0b10100000, 0, 0, 0]), 100);
    expect([...bits.data]).toEqual([255, 0, 0, 0, 0, 0, 255, 0, 0]);
    const palette = Array.from({ length: 16 }, (_, i) => [i, 2 * i, 3 * i, 0]).flat();
    expect([...parseBmp(bmp(3, 1, 4, [...palette, 0x1f, 0x20, 0, 0]), 100).data]).toEqual([
      3, 2, 1, 45, 30, 15, 6, 4, 2,
    ]);
  });

  it.each([
    ['cut', bmp(2, 2, 24, [1, 2, 3])],
    ['compressed', bmp(1, 1, 8, new Array(1040).fill(0), 1)],
    ['too large', bmp(2000, 2000, 24, [])],
    ['headless', Buffer.from('BM')],
  ])('throws E_IMAGE for %s', (_, file) => {
    expect(() => parseBmp(file, 1e6)).toThrow(expect.objectContaining({ code: 'E_IMAGE' }));
  });
});
