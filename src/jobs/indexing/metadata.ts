import { dirname, extname, resolve } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { badLine, parseCsv, parseTable } from '../../data/csv.ts';
import { readText } from '../../data/sources/manifest.ts';
import type { ImageRecord, JsonValue } from '../../search/store/types.ts';

export type Metadata = ImageRecord['metadata'];

/**
 * What is known of images beside their pixels, by absolute path: from a `.jsonl` file with `{"path": …, any fields}` a
 * line, or a `.csv` file with a column `path` and any others, whose cells are numbers where they read as one. Paths are
 * relative to the file's folder.
 * @throws E_DATA_MANIFEST naming the line; E_CONFIG for another ending; E_NOT_FOUND, E_PERMISSION
 */
export async function readMetadata(file: string): Promise<ReadonlyMap<string, Metadata>> {
  const ending = extname(file).toLowerCase();
  if (ending !== '.jsonl' && ending !== '.csv') {
    throw new SamesameError('E_CONFIG', {
      what: `metadata cannot be read from ${file}`,
      expected: 'a name that ends in .jsonl or .csv',
      received: ending === '' ? 'no ending' : ending,
    });
  }
  const text = await readText(file);
  const byPath = new Map<string, Metadata>();
  for (const [line, fields] of ending === '.csv' ? csvLines(text, file) : jsonLines(text, file)) {
    const { path, ...metadata } = fields;
    if (typeof path !== 'string' || path === '')
      throw badLine(file, line, 'there is no path', '"path": a file');
    byPath.set(resolve(dirname(file), path), metadata);
  }
  return byPath;
}

function* jsonLines(text: string, file: string): Generator<[number, Metadata]> {
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw badLine(file, i + 1, 'this is no JSON', '{"path": "a.jpg", …}', undefined, cause as Error);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw badLine(file, i + 1, 'this is no JSON object', '{"path": "a.jpg", …}');
    yield [i + 1, value as Metadata];
  }
}

function* csvLines(text: string, file: string): Generator<[number, Metadata]> {
  const { records } = parseTable(text, file, ['path']);
  const [header] = parseCsv(text, file);
  for (const { line, cells } of records) {
    const fields: Record<string, JsonValue> = {};
    for (const [column, name] of header.cells.entries()) {
      const cell = cells[column] ?? '';
      if (cell === '') continue;
      const number = Number(cell);
      fields[name] = name !== 'path' && Number.isFinite(number) ? number : cell;
    }
    yield [line, fields];
  }
}
