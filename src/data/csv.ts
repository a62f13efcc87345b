import { type CsvError, type Info, parse } from 'csv-parse/sync';
import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';

/** One record of a CSV file and the line it begins on. */
export interface CsvRecord {
  /** Counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A cell as `parseCsv` reads it back. */
export function quoteCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The records of a CSV text: commas, `"` quotes doubled inside quotes, any line ending. Blank lines are left out, a
 * byte-order mark is dropped, and cells are trimmed unless quoted. A quote inside an unquoted cell stands for itself.
 * @throws E_DATA_MANIFEST for a quote that is not closed, or text behind a closed one
 * @source RFC 4180
 */
export function parseCsv(text: string, path: string): CsvRecord[] {
  // csv-parse counts a line ending of two characters twice inside quotes; as one character it counts once everywhere.
  const bytes = Buffer.from(text.replace(/\r\n?/g, '\n'));
  try {
    const parsed: unknown = parse(bytes, {
      bom: true,
      info: true,
      record_delimiter: '\n',
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    });
    return (parsed as { info: Info; record: string[] }[]).map(({ info, record }) => ({
      line: info.lines - numLineBreaks(record.join('')),
      cells: record,
    }));
  } catch (error) {
    throw syntaxError(error as CsvError, bytes, path);
  }
}

/** The parser names the line that it gave up on; for a quote that is not closed, that is the end of the file. */
function syntaxError(error: CsvError, bytes: Buffer, path: string): SamesameError {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    const quote = bytes.indexOf('"', Number(error.bytes));
    const line = numLineBreaks(bytes.toString('latin1', 0, quote)) + 1;
    return badLine(path, line, 'the quote " is not closed', undefined, undefined, error);
  }
  const expected =
    'a comma or the end of the line behind a closing quote; a quote inside quotes is doubled: ""';
  return badLine(
    path,
    Number(error.lines),
    'there is text behind a closed quote',
    expected,
    undefined,
    error,
  );
}

function numLineBreaks(text: string): number {
  return text.split('\n').length - 1;
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
export function badLine(
  path: string,
  line: number,
  problem: string,
  expected?: string,
  received?: string,
  cause?: unknown,
) {
  return new SamesameError('E_DATA_MANIFEST', {
    what: `${path}, line ${line}: ${problem}`,
    expected,
    received,
    details: { path, line },
    cause,
  });
}
