import { SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
import { checkFinite } from '../../evaluate/checks.ts';
import { checkK } from '../../search/store/check-k.ts';
import type { StoreIdentity } from '../../search/store/types.ts';
import type { StoredItem, VectorFilter, VectorItem } from './types.ts';

/** As many rows as are searched one by one in the time of a frame or two, and held in 50 MB at 128 numbers each. */
export const MAX_ROWS = 100_000;

/** @throws E_CONFIG */
export function checkStore(name: string, { model, distance, embeddingSize }: StoreIdentity): void {
  const isFine =
    typeof name === 'string' &&
    name !== '' &&
    typeof model === 'string' &&
    model !== '' &&
    (distance === 'euclidean' || distance === 'cosine') &&
    Number.isInteger(embeddingSize) &&
    embeddingSize >= 1;
  if (isFine) return;
  throw new SamesameError('E_CONFIG', {
    what: 'this store of vectors cannot be',
    expected:
      'a name; modelFingerprint as model.info has it; distance euclidean or cosine (a learned comparator is no distance between points); embeddingSize from 1',
    received: JSON.stringify({ name, modelFingerprint: model, distance, embeddingSize }),
  });
}

/** Items as they are kept. @throws E_SHAPE, E_NAN, E_CONFIG */
export function checkItems(
  items: readonly VectorItem[],
  vectors: Float32Array,
  embeddingSize: number,
): StoredItem[] {
  if (!(vectors instanceof Float32Array) || vectors.length !== items.length * embeddingSize) {
    throw new SamesameError('E_SHAPE', {
      what: 'rows of a store need one embedding each',
      expected: `float32 [${items.length}, ${embeddingSize}]`,
      received: `${vectors.length} numbers`,
    });
  }
  checkFinite(vectors, 'embeddings');
  const seen = new Set<string>();
  return items.map(({ id, label = null, metadata = {} }) => {
    if (typeof id !== 'string' || id === '' || seen.has(id)) {
      throw new SamesameError('E_CONFIG', {
        what: 'rows of a store need ids of their own',
        expected: 'a text that is not empty, once',
        received: seen.has(id) ? `${id} twice` : (JSON.stringify(id) ?? String(id)),
      });
    }
    seen.add(id);
    return { id, label, metadata };
  });
}

/** @throws E_SHAPE, E_NAN, E_CONFIG */
export function checkQuery(vector: Float32Array, k: number, embeddingSize: number): void {
  checkK(k);
  if (!(vector instanceof Float32Array) || vector.length !== embeddingSize) {
    throw new SamesameError('E_SHAPE', {
      what: 'the query does not fit the store',
      expected: `float32 [${embeddingSize}]`,
      received: `${vector.length} numbers`,
    });
  }
  checkFinite(vector, 'queries');
}

/** @throws E_CONFIG for a part of a filter that nothing reads */
export function checkFilter(filter: VectorFilter | undefined): void {
  if (filter !== undefined) checkOptionNames('a filter', filter, ['labels', 'exceptIds', 'where']);
}

/** @throws E_STORE */
export function checkRoom(name: string, numRows: number): void {
  if (numRows <= MAX_ROWS) return;
  throw new SamesameError('E_STORE', {
    what: `the store ${name} would have too many rows, so none was added`,
    expected: `at most ${MAX_ROWS}, which a browser searches one by one`,
    received: String(numRows),
    help: 'delete rows, or index so many images with samesame index and ask a service',
  });
}

/** @throws E_STORE naming ids that are there already */
export function alreadyThere(name: string, ids: readonly string[]): SamesameError {
  return new SamesameError('E_STORE', {
    what: `${ids.length} of the rows are in the store ${name} already, so none was added`,
    received: ids.slice(0, 5).join(', '),
    help: 'use upsert to put rows in the place of others',
    details: { ids: ids.slice(0, 100) },
  });
}
