import { SamesameError } from '../../base/errors.ts';
import { checkFinite } from '../../evaluate/checks.ts';
import { checkK } from './check-k.ts';
import type { FieldTest, ImageRows, SearchOptions, StoreFilter, StoreIdentity } from './types.ts';

/** @throws E_SHAPE, E_NAN, E_CONFIG */
export function checkImageRows({ records, vectors }: ImageRows, identity: StoreIdentity): void {
  const { embeddingSize, model } = identity;
  if (vectors.length !== records.length * embeddingSize) {
    throw new SamesameError('E_SHAPE', {
      what: 'rows of a store need one embedding each',
      expected: `[${records.length}, ${embeddingSize}]`,
      received: `${vectors.length} numbers`,
    });
  }
  checkFinite(vectors, 'embeddings');
  const seen = new Set<string>();
  for (const record of records) {
    const { id, path, sizeBytes, modifiedMs } = record;
    if (record.model !== model) {
      throw new SamesameError('E_STORE', {
        what: `the embedding of ${path} is of another model than the store's`,
        expected: model,
        received: record.model,
      });
    }
    if (id === '' || seen.has(id)) {
      throw new SamesameError('E_CONFIG', {
        what: 'rows of a store need ids of their own',
        received: id === '' ? `an empty id for ${path}` : `${id} twice`,
      });
    }
    seen.add(id);
    if (!(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 && Number.isSafeInteger(modifiedMs))) {
      throw new SamesameError('E_CONFIG', {
        what: `size and time of ${path} are out of range`,
        expected: 'whole bytes, whole milliseconds',
        received: `${sizeBytes}, ${modifiedMs}`,
      });
    }
    checkText(id, 'id');
    checkText(path, 'path');
    checkText(record.label ?? '', 'label');
    checkText(JSON.stringify(record.metadata), 'metadata', '\\u0000');
  }
}

/** Databases hold no NUL character in text. */
function checkText(text: string, name: string, nul = '\0'): void {
  if (!text.includes(nul)) return;
  throw new SamesameError('E_CONFIG', {
    what: `the ${name} of a row has a NUL character in it, which no database keeps`,
    received: JSON.stringify(text.slice(0, 100)),
  });
}

/** @returns Q. @throws E_SHAPE, E_NAN, E_CONFIG */
export function checkSearch(
  queries: Float32Array,
  { k, filter = {} }: Pick<SearchOptions, 'k' | 'filter'>,
  { embeddingSize }: StoreIdentity,
): number {
  checkK(k);
  if (queries.length % embeddingSize !== 0) {
    throw new SamesameError('E_SHAPE', {
      what: 'queries do not fit the store',
      expected: `[Q, ${embeddingSize}]`,
      received: `${queries.length} numbers`,
    });
  }
  checkFinite(queries, 'queries');
  checkFilter(filter);
  return queries.length / embeddingSize;
}

/** @throws E_CONFIG */
export function checkFilter({
  labels = [],
  pathPrefix = '',
  modifiedFromMs = 0,
  modifiedBeforeMs = 0,
  where = [],
}: StoreFilter): void {
  for (const text of [...labels, pathPrefix]) checkText(text, 'filter');
  for (const [name, time] of Object.entries({ modifiedFromMs, modifiedBeforeMs }))
    if (!Number.isFinite(time)) throw badFilter(`${name} is ${time}`, 'milliseconds since 1970');
  for (const test of where) checkTest(test);
}

const COMPARISONS: readonly FieldTest['is'][] = ['=', '!=', '<', '<=', '>', '>='];

function checkTest({ field, is, value }: FieldTest): void {
  if (field.length === 0 || field.some((key) => key === '' || key.includes('\0')))
    throw badFilter(`the field is ${JSON.stringify(field)}`, 'keys of the metadata, from the outside in');
  if (!COMPARISONS.includes(is)) throw badFilter(`the comparison is ${is}`, COMPARISONS.join(' '));
  if (typeof value === 'string') checkText(value, 'filter');
  if (typeof value === 'number' && !Number.isFinite(value))
    throw badFilter(`${field.join('.')} is compared with ${value}`, 'a finite number');
  if (typeof value !== 'number' && typeof value !== 'string' && is !== '=' && is !== '!=')
    throw badFilter(`${field.join('.')} ${is} ${value}`, 'numbers or text for < <= > >=');
}

function badFilter(received: string, expected: string): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: 'this filter means nothing',
    expected,
    received,
    details: { option: 'filter' },
  });
}

/** For rows that were to be new. */
export function alreadyThere(name: string, ids: readonly string[]): SamesameError {
  return new SamesameError('E_STORE', {
    what: `${ids.length} of the rows are in the store ${name} already, so none was added`,
    received: ids.slice(0, 5).join(', '),
    help: 'use upsert to put rows in the place of others',
    details: { ids: ids.slice(0, 100) },
  });
}
