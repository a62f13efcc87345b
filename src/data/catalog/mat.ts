import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';

/** A matrix of real numbers out of a MATLAB file. */
export interface MatMatrix {
  /** Two or more: `[rows, columns, …]`. */
  readonly shape: readonly number[];
  /** Column after column, as MATLAB has it. */
  readonly values: Float64Array;
}

const HEADER_BYTES = 128;
const MI_MATRIX = 14;
const MI_COMPRESSED = 15;
/** Classes of arrays: double, single, (u)int8, 16, 32, 64. */
const NUMERIC_CLASSES = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

type Read = (view: DataView, offset: number, little: boolean) => number;
/** By the type of a data element: its bytes, and how one is read. */
const NUMBERS: Readonly<Record<number, readonly [numBytes: number, read: Read]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
  12: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  13: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};

/**
 * The real numeric matrices of a MATLAB file (Level 5: what MATLAB and SciPy write), by name, compressed or not.
 * Text, cells, structures and sparse matrices are passed over, imaginary parts too.
 * @throws E_NOT_FOUND, E_PERMISSION; E_DATA for another format, E_DATA_TRUNCATED for a file that is cut or damaged
 * @source MathWorks, "MAT-File Format", Level 5
 */
export async function readMat(path: string): Promise<Map<string, MatMatrix>> {
  const bytes = await readFile(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  const mark = bytes.toString('latin1', HEADER_BYTES - 2, HEADER_BYTES);
  if (bytes.length < HEADER_BYTES || (mark !== 'IM' && mark !== 'MI')) {
    throw new SamesameError('E_DATA', {
      what: `${path} is not a MATLAB file of Level 5`,
      expected: 'a header of 128 bytes that ends in IM or MI (MATLAB: save -v7)',
      received: `${bytes.length} bytes that begin with "${bytes.toString('latin1', 0, 8)}"`,
      details: { path },
    });
  }
  const matrices = new Map<string, MatMatrix>();
  const little = mark === 'IM';
  try {
    for (const element of elementsOf(bytes.subarray(HEADER_BYTES), little)) {
      for (const { type, body } of isCompressed(element)
        ? elementsOf(inflateSync(element.body), little)
        : [element]) {
        if (type !== MI_MATRIX) continue;
        const matrix = readMatrix(body, little);
        if (matrix !== undefined) matrices.set(matrix.name, matrix);
      }
    }
  } catch (cause) {
    throw new SamesameError('E_DATA_TRUNCATED', {
      what: `${path} is cut or damaged`,
      received: (cause as Error).message,
      help: 'download or copy the file again',
      details: { path },
      cause,
    });
  }
  return matrices;
}

interface Element {
  readonly type: number;
  readonly body: Uint8Array;
}

const isCompressed = ({ type }: Element) => type === MI_COMPRESSED;

/** The data elements that lie one behind the other, each padded to 8 bytes but for compressed ones. */
function elementsOf(bytes: Uint8Array, little: boolean): Element[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Element[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const first = view.getUint32(at, little);
    // Up to 4 bytes lie within the tag itself; their number is then in its upper half.
    const smallBytes = first >>> 16;
    const type = first & 0xffff;
    const numBytes = smallBytes > 0 ? smallBytes : view.getUint32(at + 4, little);
    const start = at + (smallBytes > 0 ? 4 : 8);
    if (start + numBytes > bytes.length)
      throw new RangeError(`an element of ${numBytes} bytes at ${at}, but ${bytes.length - start} are left`);
    elements.push({ type, body: bytes.subarray(start, start + numBytes) });
    const end = start + numBytes;
    at = smallBytes > 0 ? at + 8 : type === MI_COMPRESSED ? end : Math.ceil(end / 8) * 8;
  }
  return elements;
}

/** Undefined for a matrix of anything but numbers. */
function readMatrix(bytes: Uint8Array, little: boolean): (MatMatrix & { name: string }) | undefined {
  const [flags, dimensions, name, real] = elementsOf(bytes, little);
  const arrayClass = numbersOf(flags, little)[0] & 0xff;
  if (!NUMERIC_CLASSES.includes(arrayClass)) return undefined;
  const shape = Array.from(numbersOf(dimensions, little));
  const values = numbersOf(real, little);
  const expected = shape.reduce((a, b) => a * b, 1);
  if (values.length !== expected)
    throw new RangeError(`${values.length} numbers for a matrix of ${shape.join('×')}`);
  return { name: Buffer.from(name.body).toString('latin1'), shape, values };
}

function numbersOf(element: Element | undefined, little: boolean): Float64Array {
  const rule = element === undefined ? undefined : NUMBERS[element.type];
  if (element === undefined || rule === undefined)
    throw new RangeError(
      element === undefined ? 'a matrix without its parts' : `a part of type ${element.type}`,
    );
  const [numBytes, read] = rule;
  const { buffer, byteOffset, byteLength } = element.body;
  const view = new DataView(buffer, byteOffset, byteLength);
  return Float64Array.from({ length: Math.floor(byteLength / numBytes) }, (_, i) =>
    read(view, i * numBytes, little),
  );
}
