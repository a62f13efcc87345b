import { createHash } from 'node:crypto';

/**
 * An entry of a segment's index, one a line: `KEY ROW ROWSUM LINESUM` for the row of that number in the segment's
 * `.rows`, `KEY bad "why" LINESUM` for an image that cannot be decoded. Each line carries its own checksum, so what a
 * killed process left half-written is told from what is whole.
 */
export type IndexEntry =
  | { readonly key: string; readonly row: number; readonly sum: string }
  | { readonly key: string; readonly reason: string };

/** First line of an index. @param rowLength numbers a row */
export function headerOf(rowLength: number): string {
  return seal(`samesame-features 1 ${rowLength}`);
}

/** The line of an entry, its end of line included. */
export function lineOf(entry: IndexEntry): string {
  if ('reason' in entry) return seal(`${entry.key} bad ${JSON.stringify(entry.reason)}`);
  return seal(`${entry.key} ${entry.row} ${entry.sum}`);
}

/**
 * The whole entries of an index, in the order they were written. Lines that are torn or damaged are passed over.
 * Nothing where the first line is not that of an index of such rows.
 */
export function parseIndex(text: string, rowLength: number): IndexEntry[] {
  const [header, ...lines] = text.split('\n');
  if (`${header}\n` !== headerOf(rowLength)) return [];
  return lines.flatMap((line) => parseLine(line) ?? []);
}

/** Checksum of a row: the first 16 hex digits of its SHA-256. */
export function sumOfRow(row: Uint16Array): string {
  return digest(new Uint8Array(row.buffer, row.byteOffset, row.byteLength), 16);
}

function seal(line: string): string {
  return `${line} ${digest(line, 8)}\n`;
}

function digest(content: string | Uint8Array, numDigits: number): string {
  return createHash('sha256').update(content).digest('hex').slice(0, numDigits);
}

function parseLine(line: string): IndexEntry | undefined {
  const end = line.lastIndexOf(' ');
  const body = line.slice(0, end);
  if (end < 0 || line.slice(end + 1) !== digest(body, 8)) return undefined;
  const [, key, what, rest] = /^([0-9a-f]{64}) (bad|\d+) (.*)$/.exec(body) ?? [];
  if (key === undefined) return undefined;
  return what === 'bad' ? { key, reason: String(JSON.parse(rest)) } : { key, row: Number(what), sum: rest };
}
