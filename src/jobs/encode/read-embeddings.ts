import { readFile } from 'node:fs/promises';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { npyToNames, parseNpy } from '../../data/sources/npy.ts';
import { openZip } from '../../data/sources/zip.ts';
import { checkEmbeddingsPath } from '../embed.ts';

/** Embeddings by name, as `samesame embed` wrote them. */
export interface NamedEmbeddings {
  readonly names: readonly string[];
  /** float32 `[names.length, D]`. */
  readonly embeddings: Float32Array;
  readonly embeddingSize: number;
}

/**
 * Reads what `samesame embed` wrote: an `.npz` with `embeddings` and `names`, or a `.jsonl` with `{"path", "embedding"}`
 * a line.
 * @throws E_CONFIG for another ending; E_DATA for what holds no embeddings, numbers that are not finite, or rows of
 *   different lengths; E_DATA_EMPTY, E_DATA_LENGTH, E_DATA_TRUNCATED, E_NOT_FOUND, E_PERMISSION
 */
export async function readEmbeddings(path: string): Promise<NamedEmbeddings> {
  const read = checkEmbeddingsPath(path) === '.npz' ? await readArchive(path) : await readLines(path);
  if (read.names.length === 0 || read.embeddingSize === 0)
    throw new SamesameError('E_DATA_EMPTY', { what: `${path} holds no embedding` });
  const wrong = read.embeddings.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new SamesameError('E_DATA', {
      what: `an embedding of ${path} is not finite`,
      expected: 'finite numbers',
      received: `${read.embeddings[wrong]} in the row of ${read.names[Math.floor(wrong / read.embeddingSize)]}`,
    });
  }
  return read;
}

async function readArchive(path: string): Promise<NamedEmbeddings> {
  const zip = await openZip(path);
  try {
    for (const name of ['embeddings', 'names']) {
      if (zip.names.includes(`${name}.npy`)) continue;
      throw notEmbeddings(path, zip.names.join(', ') || 'an empty archive');
    }
    const rows = parseNpy(await zip.read('embeddings.npy'), `embeddings of ${path}`);
    const names = npyToNames(parseNpy(await zip.read('names.npy'), `names of ${path}`), `names of ${path}`);
    const [numRows, embeddingSize] = rows.shape;
    if (rows.dtype !== '<f4' || rows.shape.length !== 2)
      throw notEmbeddings(path, `embeddings of ${rows.dtype} [${rows.shape.join(', ')}]`);
    if (names.length !== numRows) {
      throw new SamesameError('E_DATA_LENGTH', {
        what: `the names of ${path} do not belong to its embeddings`,
        expected: `${numRows} names`,
        received: `${names.length} names`,
      });
    }
    // A copy, because a float32 begins at a multiple of four bytes.
    return { names, embeddings: new Float32Array(rows.data.slice().buffer), embeddingSize };
  } finally {
    zip.close();
  }
}

async function readLines(path: string): Promise<NamedEmbeddings> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  const names: string[] = [];
  const rows: number[][] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const row = parseLine(line);
    if (row === undefined || (rows.length > 0 && row.embedding.length !== rows[0].length)) {
      const what =
        row === undefined ? line.slice(0, 80) : `${row.embedding.length} numbers after ${rows[0].length}`;
      throw notEmbeddings(`${path}, line ${i + 1},`, what);
    }
    names.push(row.path);
    rows.push(row.embedding);
  }
  const embeddingSize = rows[0]?.length ?? 0;
  const embeddings = new Float32Array(rows.length * embeddingSize);
  for (const [i, row] of rows.entries()) embeddings.set(row, i * embeddingSize);
  return { names, embeddings, embeddingSize };
}

function parseLine(line: string): { readonly path: string; readonly embedding: number[] } | undefined {
  try {
    const { path, embedding } = JSON.parse(line);
    const isRow = Array.isArray(embedding) && embedding.every((value) => typeof value === 'number');
    return typeof path === 'string' && isRow ? { path, embedding } : undefined;
  } catch {
    return undefined;
  }
}

function notEmbeddings(path: string, received: string): SamesameError {
  return new SamesameError('E_DATA', {
    what: `${path} holds no embeddings`,
    expected:
      'what samesame embed writes: arrays "embeddings" float32 [N, D] and "names" [N], or {"path", "embedding"} a line',
    received,
    help: 'make it with samesame embed MODEL IMAGES',
  });
}
