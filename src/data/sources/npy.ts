import { SamesameError } from '../../base/errors.ts';

/** An array as NumPy saved it. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** NumPy's name of the type: `|u1`, `<i8`, `<U7`, …. */
  readonly dtype: string;
  /** The bytes behind the header, row-major: a view. */
  readonly data: Uint8Array;
}

/**
 * The array in the bytes of an `.npy` file.
 * @throws E_DATA for what is not an array in row-major order, E_DATA_TRUNCATED
 * @source NEP 1, "A simple file format for NumPy arrays"
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(1, 6));
  if (bytes.length < 12 || bytes[0] !== 0x93 || magic !== 'NUMPY') {
    throw new SamesameError('E_DATA', { what: `${name} is not a NumPy array`, details: { name } });
  }
  const isFirstVersion = bytes[6] === 1;
  const headerStart = isFirstVersion ? 10 : 12;
  const start = headerStart + (isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder().decode(bytes.subarray(headerStart, start));
  const dtype = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (dtype === undefined || shapeText === undefined || !/'fortran_order':\s*False/.test(header)) {
    throw new SamesameError('E_DATA', {
      what: `${name} is an array of a kind that is not read`,
      expected: 'plain numbers in row-major order',
      received: header.trim(),
      help: 'save it again with numpy.ascontiguousarray',
    });
  }
  const shape = shapeText.split(',').map((size) => size.trim());
  const sizes = shape.filter((size) => size !== '').map(Number);
  const width = Number(/\d+$/.exec(dtype)?.[0] ?? 0) * (dtype[1] === 'U' ? 4 : 1);
  const sizeBytes = sizes.reduce((product, size) => product * size, width);
  const data = bytes.subarray(start, start + sizeBytes);
  if (data.length < sizeBytes) {
    throw new SamesameError('E_DATA_TRUNCATED', {
      what: `${name} ends early`,
      expected: `${sizeBytes} bytes for shape [${sizes}] of ${dtype}`,
      received: `${data.length} bytes`,
    });
  }
  return { shape: sizes, dtype, data };
}

/**
 * The entries of an array of whole numbers or of text, as they would be printed.
 * @throws E_DATA for any other type
 */
export function npyToNames(array: NpyArray, name: string): string[] {
  const { dtype, data } = array;
  const numEntries = array.shape.reduce((product, size) => product * size, 1);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const little = dtype[0] !== '>';
  const width = Number(dtype.slice(2));
  const read = (i: number): string => {
    switch (dtype.slice(1)) {
      case 'b1':
      case 'u1':
        return String(data[i]);
      case 'i1':
        return String(view.getInt8(i));
      case 'u2':
        return String(view.getUint16(2 * i, little));
      case 'i2':
        return String(view.getInt16(2 * i, little));
      case 'u4':
        return String(view.getUint32(4 * i, little));
      case 'i4':
        return String(view.getInt32(4 * i, little));
      case 'u8':
        return String(view.getBigUint64(8 * i, little));
      case 'i8':
        return String(view.getBigInt64(8 * i, little));
    }
    if (dtype[1] === 'S') {
      return new TextDecoder().decode(data.subarray(i * width, (i + 1) * width)).replace(/\0+$/, '');
    }
    if (dtype[1] !== 'U') {
      throw new SamesameError('E_DATA', {
        what: `reading ${name} as labels failed`,
        expected: 'whole numbers or text',
        received: `type ${dtype}`,
      });
    }
    let text = '';
    for (let k = i * width; k < (i + 1) * width; k++) {
      const point = view.getUint32(4 * k, little);
      if (point !== 0) text += String.fromCodePoint(point);
    }
    return text;
  };
  return Array.from({ length: numEntries }, (_, i) => read(i));
}
