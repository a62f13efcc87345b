import { SamesameError } from '../base/errors.ts';

/** One array of an archive: float32 `shape`, or text `[names.length]`. */
export type NpzArray =
  | { readonly data: Float32Array; readonly shape: readonly number[] }
  | { readonly names: readonly string[] };

/**
 * The bytes of an `.npz` archive, uncompressed, as `numpy.load` reads it. Equal arrays give equal bytes: there is no
 * date in it.
 * @throws E_DATA past 4 GiB, which this plain form of ZIP cannot say
 * @source PKWARE, APPNOTE.TXT, sections 4.3 and 4.4
 */
export function encodeNpz(arrays: Readonly<Record<string, NpzArray>>): Uint8Array {
  const entries: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const content = encodeNpy(array);
    const path = Buffer.from(`${name}.npy`);
    if (offset + content.length > 0xfffffff0) {
      throw new SamesameError('E_DATA', {
        what: 'these embeddings are too large for one .npz file',
        expected: 'less than 4 GiB',
        received: `${content.length} bytes`,
        help: 'write .jsonl, or embed a part at a time',
      });
    }
    const head = headerOf(path, content);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), head, path, content];
    // Behind the header: comment, disk, attributes (all 0), and where the entry begins.
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    list.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), head, tail, path);
    entries.push(...local);
    offset += sizeOf(local);
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(arrays).length, 8);
  end.writeUInt16LE(Object.keys(arrays).length, 10);
  end.writeUInt32LE(sizeOf(list), 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...entries, ...list, end]);
}

/** The fields that an entry and its line in the list share. */
function headerOf(path: Buffer, content: Uint8Array): Buffer {
  const head = Buffer.alloc(26);
  head.writeUInt16LE(20, 0); // version that is needed
  head.writeUInt16LE(0x0800, 2); // names are UTF-8
  head.writeUInt16LE(0x21, 8); // 1 January 1980, the first day that ZIP knows
  head.writeUInt32LE(crc32(content), 10);
  head.writeUInt32LE(content.length, 14);
  head.writeUInt32LE(content.length, 18);
  head.writeUInt16LE(path.length, 22);
  return head;
}

/** @source NEP 1, "A simple file format for NumPy arrays" */
function encodeNpy(array: NpzArray): Buffer {
  const isText = 'names' in array;
  const points = isText ? array.names.map((name) => Array.from(name, (point) => point.codePointAt(0)!)) : [];
  const width = points.reduce((longest, name) => Math.max(longest, name.length), 1);
  const dtype = isText ? `<U${width}` : '<f4';
  const shape = isText ? [array.names.length] : array.shape;
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  // The header ends with a line break and on a multiple of 64 bytes.
  const header = Buffer.from(`${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`, 'latin1');
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  if (!isText)
    return Buffer.concat([
      start,
      header,
      Buffer.from(array.data.buffer, array.data.byteOffset, array.data.byteLength),
    ]);
  const cells = new Uint32Array(array.names.length * width);
  for (const [row, name] of points.entries()) cells.set(name, row * width);
  return Buffer.concat([start, header, Buffer.from(cells.buffer)]);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** Node's own `zlib.crc32` came after the oldest Node that this runs on. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
