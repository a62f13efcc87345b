import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import type { ImageSet } from '../types.ts';

const gunzipAsync = promisify(gunzip);
const UNSIGNED_BYTE = 8;
/** Deflate makes no more of a byte. */
const MOST_EXPANSION = 1032;
/** Larger files are put together from several pieces. */
const MOST_AT_ONCE = 2 ** 31;

/** Where the two files of an IDX data set are. Either may end in `.gz`. */
export interface IdxSource {
  /** Path of the images: uint8 `[N, H, W]`, or `[N, H, W, C]` with C 1 or 3. */
  readonly images: string;
  /** Path of the labels: uint8 `[N]`. Without it every image is unlabelled. */
  readonly labels?: string;
  /** For people. Default: the path of the images. */
  readonly name?: string;
  /** Names of labels 0, 1, …. Default: the numbers themselves. */
  readonly classNames?: readonly string[];
}

/**
 * The images and labels of a pair of IDX files (the format of MNIST and its relatives).
 * The pixels are a view of the file's own bytes: nothing is copied.
 * @throws E_NOT_FOUND, E_PERMISSION, E_DATA for what is not IDX, E_DATA_TRUNCATED for a file that ends early,
 *   E_DATA_LENGTH where the two files count differently, E_DATA_EMPTY
 * @source LeCun, Cortes & Burges 1998, "The MNIST database", file formats
 * @example
 * const set = await readIdx({ images: 'train-images-idx3-ubyte.gz', labels: 'train-labels-idx1-ubyte.gz' });
 * set.numImages; // 60000
 */
export async function readIdx(source: IdxSource): Promise<ImageSet> {
  const images = await readArray(source.images);
  const [numImages, height, width, channels = 1] = images.shape;
  if (images.shape.length < 3 || images.shape.length > 4 || (channels !== 1 && channels !== 3)) {
    throw new SamesameError('E_DATA', {
      what: `reading ${source.images} as images failed`,
      expected: 'an IDX file of shape [N, H, W] or [N, H, W, 1 or 3]',
      received: `shape [${images.shape.join(', ')}]`,
      help: images.shape.length === 1 ? 'this is a file of labels: are the two paths swapped?' : undefined,
      details: { path: source.images, shape: images.shape },
    });
  }
  if (numImages === 0 || height === 0 || width === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `${source.images} holds no image`,
      received: `shape [${images.shape.join(', ')}]`,
      details: { path: source.images },
    });
  }
  const labels = source.labels === undefined ? undefined : await readLabels(source.labels, source, numImages);
  return {
    name: source.name ?? source.images,
    numImages,
    labels: labels ?? new Int32Array(numImages).fill(-1),
    classNames: labels === undefined ? [] : (source.classNames ?? numberNames(labels)),
    id: String,
    pixels: { kind: 'decoded', height, width, channels, data: images.data },
  };
}

async function readLabels(path: string, source: IdxSource, numImages: number): Promise<Int32Array> {
  const { shape, data } = await readArray(path);
  if (shape.length !== 1) {
    throw new SamesameError('E_DATA', {
      what: `reading ${path} as labels failed`,
      expected: 'an IDX file of shape [N]',
      received: `shape [${shape.join(', ')}]`,
      help: 'are the paths of images and labels swapped?',
      details: { path, shape },
    });
  }
  if (shape[0] !== numImages) {
    throw new SamesameError('E_DATA_LENGTH', {
      what: `${path} does not belong to ${source.images}`,
      expected: `${numImages} labels, one for each image`,
      received: `${shape[0]} labels`,
      help: 'pair train-images with train-labels, and t10k-images with t10k-labels',
      details: { path, numImages, numLabels: shape[0] },
    });
  }
  const labels = Int32Array.from(data);
  const numNames = source.classNames?.length ?? 256;
  const beyond = labels.findIndex((label) => label >= numNames);
  if (beyond >= 0) {
    throw new SamesameError('E_DATA', {
      what: `${path} holds a label without a name`,
      expected: `labels 0 to ${numNames - 1}, as classNames has ${numNames} names`,
      received: `label ${labels[beyond]} at image ${beyond}`,
      details: { path },
    });
  }
  return labels;
}

function numberNames(labels: Int32Array): string[] {
  let largest = -1;
  for (const label of labels) largest = Math.max(largest, label);
  return Array.from({ length: largest + 1 }, (_, i) => String(i));
}

interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Header: two zero bytes, the type, the number of dimensions, then each dimension as a big-endian uint32. */
async function readArray(path: string): Promise<IdxArray> {
  const bytes = await readBytes(path);
  const truncated = (expected: string) =>
    new SamesameError('E_DATA_TRUNCATED', {
      what: `${path} ends early`,
      expected,
      received: `${bytes.length} bytes`,
      help: 'download or copy the file again',
      details: { path, sizeBytes: bytes.length },
    });
  if (bytes.length < 4) throw truncated('at least the 4 bytes of an IDX header');
  const numDims = bytes[3];
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE || numDims === 0 || numDims > 4) {
    throw new SamesameError('E_DATA', {
      what: `${path} is not an IDX file of bytes`,
      expected: 'a file that begins 00 00 08, then 01 (labels), 03 or 04 (images)',
      received: Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' '),
      details: { path },
    });
  }
  const start = 4 + 4 * numDims;
  if (bytes.length < start) throw truncated(`a header of ${start} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: numDims }, (_, i) => view.getUint32(4 + 4 * i));
  const sizeBytes = shape.reduce((product, size) => product * size, 1);
  if (bytes.length < start + sizeBytes) throw truncated(`${start + sizeBytes} bytes for shape [${shape}]`);
  if (bytes.length > start + sizeBytes) {
    throw new SamesameError('E_DATA_LENGTH', {
      what: `${path} is longer than its header says`,
      expected: `${start + sizeBytes} bytes for shape [${shape}]`,
      received: `${bytes.length} bytes`,
      details: { path },
    });
  }
  return { shape, data: bytes.subarray(start) };
}

/**
 * Bytes that a gzip file says it holds, at most what it can: with room for all of them and one more, nothing is copied
 * together afterwards.
 * @source RFC 1952, section 2.3.1, ISIZE
 */
function unpackedSize(bytes: Buffer): number {
  const said = bytes.length < 18 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  return Math.max(1024, Math.min(said, bytes.length * MOST_EXPANSION, MOST_AT_ONCE));
}

async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  return gunzipAsync(bytes, { chunkSize: unpackedSize(bytes) + 1 }).catch((cause: NodeJS.ErrnoException) => {
    const endsEarly = cause.code === 'Z_BUF_ERROR';
    throw new SamesameError(endsEarly ? 'E_DATA_TRUNCATED' : 'E_DATA', {
      what: endsEarly ? `${path} ends early` : `${path} is not a whole gzip file`,
      received: cause.message,
      help: 'download or copy the file again',
      details: { path },
      cause,
    });
  });
}
