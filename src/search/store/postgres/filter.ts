import type { FieldTest, JsonValue, StoreFilter } from '../types.ts';

/** Values of a statement, numbered as they are used: no text of a user ever becomes part of the statement. */
export class Parameters {
  readonly values: unknown[] = [];

  /** `$1`, `$2`, … */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** The filter as a condition of SQL; `true` where everything matches. */
export function toCondition(
  { labels, pathPrefix, modifiedFromMs, modifiedBeforeMs, where = [], exceptIds = [] }: StoreFilter,
  parameters: Parameters,
): string {
  const parts: string[] = [];
  const add = (value: unknown) => parameters.add(value);
  if (labels !== undefined) parts.push(`label = ANY(${add(labels)}::text[])`);
  if (pathPrefix !== undefined && pathPrefix !== '') parts.push(`path ^@ ${add(pathPrefix)}::text`);
  if (modifiedFromMs !== undefined) parts.push(`modified_ms >= ${add(modifiedFromMs)}::double precision`);
  if (modifiedBeforeMs !== undefined) parts.push(`modified_ms < ${add(modifiedBeforeMs)}::double precision`);
  for (const test of where) parts.push(testOf(test, parameters));
  if (exceptIds.length > 0) parts.push(`id <> ALL(${add(exceptIds)}::text[])`);
  return parts.length === 0 ? 'true' : parts.map((part) => `(${part})`).join(' AND ');
}

function testOf({ field, is, value }: FieldTest, parameters: Parameters): string {
  const json = JSON.stringify(value);
  if (is === '=') {
    // Containment goes by the index on the metadata.
    const wanted = field.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value);
    return `metadata @> ${parameters.add(JSON.stringify(wanted))}::jsonb`;
  }
  const found = `(metadata${field.map((key) => ` -> ${parameters.add(key)}::text`).join('')})`;
  if (is === '!=') return `${found} <> ${parameters.add(json)}::jsonb`;
  // CASE, and not AND, because the server may take the parts of an AND in any order.
  if (typeof value === 'number')
    return `CASE WHEN jsonb_typeof${found} = 'number' THEN ${found}::numeric ${is} ${parameters.add(json)}::numeric ELSE false END`;
  return `CASE WHEN jsonb_typeof${found} = 'string' THEN (${found} #>> '{}') COLLATE "C" ${is} ${parameters.add(value)}::text ELSE false END`;
}
