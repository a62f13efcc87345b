import type { FieldTest, StoreFilter } from '../types.ts';

/** The filter as a predicate of DataFusion's SQL, or undefined where everything matches. */
export function toPredicate({
  labels,
  pathPrefix,
  modifiedFromMs,
  modifiedBeforeMs,
  where = [],
  exceptIds = [],
}: StoreFilter): string | undefined {
  const parts: string[] = [];
  if (labels !== undefined) parts.push(labels.length === 0 ? 'false' : `label IN (${listOf(labels)})`);
  if (pathPrefix !== undefined && pathPrefix !== '') parts.push(beginsWith('path', pathPrefix));
  if (modifiedFromMs !== undefined) parts.push(`modified_ms >= ${quoteNumber(modifiedFromMs)}`);
  if (modifiedBeforeMs !== undefined) parts.push(`modified_ms < ${quoteNumber(modifiedBeforeMs)}`);
  parts.push(...where.map(testOf));
  if (exceptIds.length > 0) parts.push(`id NOT IN (${listOf(exceptIds)})`);
  return parts.length === 0 ? undefined : parts.map((part) => `(${part})`).join(' AND ');
}

/** As a range, which an index in order of the column answers; texts are compared by code points. */
function beginsWith(column: string, text: string): string {
  // Half of a surrogate pair becomes what the table has in its place.
  const prefix = Buffer.from(text).toString();
  const end = endOfPrefix(prefix);
  const from = `${column} >= ${quote(prefix)}`;
  return end === undefined ? from : `${from} AND ${column} < ${quote(end)}`;
}

/** The first text, by code points, after all that begin with `prefix`; undefined where there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (letter) => letter.codePointAt(0)!);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // The halves of a surrogate pair are no code points.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/** `'it''s', 'b'`. */
export function listOf(texts: readonly string[]): string {
  return texts.map(quote).join(', ');
}

/** Text as an SQL literal: in standard SQL a quote is all that has to be escaped. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A number as an SQL literal that keeps all of its bits: `-7` and `1e-7` are numbers, `Infinity` never gets here. */
function quoteNumber(value: number): string {
  return `CAST(${quote(String(value))} AS DOUBLE)`;
}

/**
 * One field against one value. `json_extract` gives the field as JSON text, which tells numbers from text that looks
 * like one: the engine's own typed readers fail on a row whose field is of another kind.
 */
function testOf({ field, is, value }: FieldTest): string {
  const path = `$${field.map((key) => `.${JSON.stringify(key)}`).join('')}`;
  const found = `json_extract(metadata, ${quote(path)})`;
  if (typeof value === 'number') {
    const number = `TRY_CAST(${found} AS DOUBLE)`;
    if (is === '!=')
      return `${found} IS NOT NULL AND (${number} IS NULL OR ${number} <> ${quoteNumber(value)})`;
    return `${number} ${is} ${quoteNumber(value)}`;
  }
  const text = JSON.stringify(value);
  if (is === '=' || is === '!=') return `${found} ${is === '=' ? '=' : '<>'} ${quote(text)}`;
  // Without its quotes: what ends first comes first.
  const bare = `left(right(${found}, -1), -1)`;
  return `${found} LIKE '"%' AND ${bare} ${is} ${quote(text.slice(1, -1))}`;
}
