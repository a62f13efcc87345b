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
  if (pathPrefix !== undefined && pathPrefix !== '') parts.push(`starts_with(path, ${quote(pathPrefix)})`);
  if (modifiedFromMs !== undefined) parts.push(`modified_ms >= ${quoteNumber(modifiedFromMs)}`);
  if (modifiedBeforeMs !== undefined) parts.push(`modified_ms < ${quoteNumber(modifiedBeforeMs)}`);
  parts.push(...where.map(testOf));
  if (exceptIds.length > 0) parts.push(`id NOT IN (${listOf(exceptIds)})`);
  return parts.length === 0 ? undefined : parts.map((part) => `(${part})`).join(' AND ');
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
