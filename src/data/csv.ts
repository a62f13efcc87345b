import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';

/** One record of a CSV file and the line it begins on. */
export interface CsvRecord {
  /** Counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The records of a CSV text: commas, `"` quotes doubled inside quotes, any line ending. Blank lines are left out, a
 * byte-order mark is dropped, and cells are trimmed unless quoted.
 * @throws E_DATA_MANIFEST for a quote that is not closed
 * @source RFC 4180
 */
export function parseCsv(text: string, path: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let recordLine = 1;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  const endRecord = () => {
    if (cells.length > 1 || cells[0] !== '') records.push({ line: recordLine, cells });
    cells = [];
  };

  while (at < text.length) {
    if (cells.length === 0) recordLine = line;
    let cell: string;
    const opening = /^[ \t]*"/.exec(text.slice(at, at + 16));
    if (opening) {
      const openLine = line;
      cell = '';
      at += opening[0].length;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) throw badLine(path, openLine, 'the quote " is not closed', undefined);
        cell += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at++;
      }
      line += cell.split('\n').length - 1;
      while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at++;
    } else {
      const start = at;
      while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at++;
      cell = text.slice(start, at).trim();
    }
    cells.push(cell);
    if (text[at] === ',') {
      at++;
      if (at === text.length) cells.push('');
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    endRecord();
  }
  if (cells.length > 0) endRecord();
  return records;
}

/** A table: where each asked column is, and the records below the header. */
export interface CsvTable {
  /** Column index by name; −1 for an optional column that the file does not have. */
  readonly columns: Readonly<Record<string, number>>;
  readonly records: readonly CsvRecord[];
}

/**
 * The records of a CSV text whose first line names its columns. Other columns are allowed and ignored, except one that
 * looks like a misspelt optional column.
 * @throws E_DATA_MANIFEST for a missing column, a record of another length, a text without records
 */
export function parseTable(
  text: string,
  path: string,
  required: readonly string[],
  optional: readonly string[] = [],
): CsvTable {
  const [header, ...records] = parseCsv(text, path);
  const expected = `a header with ${[...required, ...optional.map((name) => `[${name}]`)].join(',')}`;
  if (header === undefined) throw badLine(path, 1, 'the file is empty', expected);
  const columns: Record<string, number> = {};
  for (const name of [...required, ...optional]) columns[name] = header.cells.indexOf(name);
  for (const name of required) {
    if (columns[name] >= 0) continue;
    throw badLine(path, header.line, `there is no column "${name}"`, expected, header.cells.join(','));
  }
  for (const name of optional.filter((name) => columns[name] < 0)) {
    const near = header.cells.find((cell) => suggest(cell, [name]) !== undefined && !required.includes(cell));
    if (near === undefined) continue;
    throw badLine(
      path,
      header.line,
      `there is a column "${near}"; is it meant to be "${name}"?`,
      expected,
      near,
    );
  }
  if (records.length === 0)
    throw badLine(path, header.line, 'nothing follows the header', 'at least one record');
  for (const record of records) {
    if (record.cells.length === header.cells.length) continue;
    throw badLine(
      path,
      record.line,
      'the line has another number of cells than the header',
      `${header.cells.length} cells; a comma inside a cell needs "quotes" around it`,
      `${record.cells.length} cells`,
    );
  }
  return { columns, records };
}

/** The error for one line of a manifest. */
export function badLine(path: string, line: number, problem: string, expected?: string, received?: string) {
  return new SamesameError('E_DATA_MANIFEST', {
    what: `${path}, line ${line}: ${problem}`,
    expected,
    received,
    details: { path, line },
  });
}
