import { deflateRawSync } from 'node:zlib';

/** The bytes of an array as NumPy saves it, written from NEP 1. */
export function npy(dtype: string, shape: number[], bytes: Uint8Array, fortran = 'False'): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${dtype}', 'fortran_order': ${fortran}, 'shape': (${sizes}), }\n`;
  const lead = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 255,
    header.length >> 8,
  ]);
  return Buffer.concat([lead, Buffer.from(header), bytes]);
}

/** A ZIP archive written field by field from PKWARE's APPNOTE; the first entry is stored, others are deflated. */
export function zip(entries: Record<string, Buffer>, wide = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [i, [name, data]] of Object.entries(entries).entries()) {
    const packed = i === 0 ? data : deflateRawSync(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(i === 0 ? 0 : 8, 8);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(5, 28);
    const extra = Buffer.alloc(wide ? 20 : 0);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(i === 0 ? 0 : 8, 10);
    entry.writeUInt32LE(wide ? 0xffffffff : packed.length, 20);
    entry.writeUInt32LE(wide ? 0xffffffff : data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(at, 42);
    if (wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(16, 2);
      extra.writeBigUInt64LE(BigInt(data.length), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
    }
    directory.push(entry, Buffer.from(name), extra);
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.alloc(5, 7), packed]);
    parts.push(whole);
    at += whole.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}
