/// <reference lib="dom" />
import { checkSameIdentity } from '../../search/store/same-identity.ts';
import type { StoreIdentity } from '../../search/store/types.ts';
import { alreadyThere, checkFilter, checkItems, checkQuery, checkRoom, checkStore } from './checks.ts';
import { type Header, type Transaction, withStore } from './database.ts';
import { decodeRows, encodeRows } from './file.ts';
import { countMatching, findNearest } from './nearest.ts';
import { BLOCK_SIZE, createRows, type Rows } from './rows.ts';
import type { SearchVectorsOptions, StoredItem, VectorFilter, VectorItem, VectorNeighbour } from './types.ts';

/** A store inside the worker. */
export interface OpenedStore {
  write(items: readonly VectorItem[], vectors: Float32Array, options: WriteOptions): Promise<void>;
  remove(ids: readonly string[]): Promise<number>;
  get(ids: readonly string[]): Promise<{ items: StoredItem[]; vectors: Float32Array }>;
  count(filter?: VectorFilter): Promise<number>;
  search(vector: Float32Array, options: SearchVectorsOptions): Promise<VectorNeighbour[]>;
  clear(): Promise<void>;
  encode(): Promise<Blob>;
  decode(file: Blob): Promise<number>;
}

interface WriteOptions {
  /** Whether rows with the same ids are replaced; else they are refused. */
  readonly replace: boolean;
  readonly signal?: AbortSignal;
}

/** @throws E_CONFIG; E_STORE where the store is of another model */
export async function openStore(name: string, identity: StoreIdentity): Promise<OpenedStore> {
  checkStore(name, identity);
  const { embeddingSize, distance } = identity;
  /** What this tab holds of the store: as of `revision`, or nothing. */
  let held: { readonly rows: Rows; readonly revision: number } | undefined;
  /** One thing at a time. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };

  /** The rows as they are now: other tabs may have changed them. */
  async function current(transaction: Transaction): Promise<Rows> {
    const header = (await transaction.readHeader()) ?? newHeader(identity);
    checkSameIdentity(name, header.identity, identity);
    if (held?.revision === header.revision) return held.rows;
    const blocks = await transaction.readBlocks(header.numRows, BLOCK_SIZE);
    held = { rows: createRows(embeddingSize, blocks), revision: header.revision };
    return held.rows;
  }

  const read = <T>(work: (rows: Rows) => T): Promise<T> =>
    inTurn(async () => work(await withStore(name, 'readonly', current)));

  /** Changes the rows in memory and in the database, or neither. */
  const change = <T>(work: (rows: Rows) => T, signal?: AbortSignal): Promise<T> =>
    inTurn(async () => {
      try {
        return await withStore(
          name,
          'readwrite',
          async (transaction) => {
            const rows = await current(transaction);
            const { revision } = held!;
            const result = work(rows);
            for (const [number, block] of rows.takeChanged()) transaction.writeBlock(number, block);
            transaction.deleteBlocks(Math.ceil(rows.size / BLOCK_SIZE));
            transaction.writeHeader({ identity, numRows: rows.size, revision: revision + 1 });
            held = { rows, revision: revision + 1 };
            return result;
          },
          signal,
        );
      } catch (error) {
        // What is in memory may be half changed: it is read again.
        held = undefined;
        throw error;
      }
    });

  // Read at once, so that the first search need not wait; and a name belongs to a model from its first opening.
  await withStore(name, 'readwrite', async (transaction) => {
    if ((await transaction.readHeader()) === undefined) transaction.writeHeader(newHeader(identity));
    else await current(transaction);
  });
  const write: OpenedStore['write'] = (items, vectors, { replace, signal }) => {
    const rowsToAdd = checkItems(items, vectors, embeddingSize);
    if (rowsToAdd.length === 0) return Promise.resolve();
    return change((rows) => {
      const known = rowsToAdd.filter(({ id }) => rows.rowOf(id) !== undefined);
      if (known.length > 0 && !replace)
        throw alreadyThere(
          name,
          known.map(({ id }) => id),
        );
      checkRoom(name, rows.size + rowsToAdd.length - known.length);
      for (const [i, item] of rowsToAdd.entries())
        rows.put(item, vectors.subarray(i * embeddingSize, (i + 1) * embeddingSize));
    }, signal);
  };
  return {
    write,
    remove: (ids) => change((rows) => ids.filter((id) => rows.remove(id)).length),
    get: (ids) =>
      read((rows) => {
        const places = ids.map((id) => rows.rowOf(id)).filter((row) => row !== undefined);
        const vectors = new Float32Array(places.length * embeddingSize);
        for (const [i, row] of places.entries())
          vectors.set(
            rows.vectors.subarray(row * embeddingSize, (row + 1) * embeddingSize),
            i * embeddingSize,
          );
        return { items: places.map((row) => rows.item(row)), vectors };
      }),
    async count(filter) {
      checkFilter(filter);
      return read((rows) => countMatching(rows, filter));
    },
    async search(vector, { k, filter, signal }) {
      checkQuery(vector, k, embeddingSize);
      checkFilter(filter);
      return read((rows) => {
        signal?.throwIfAborted();
        return findNearest(rows, vector, { k, filter, distance });
      });
    },
    clear: () => change((rows) => rows.clear()),
    encode: () => read((rows) => encodeRows(rows, identity)),
    async decode(file) {
      const { items, vectors } = await decodeRows(file, identity);
      await write(items, vectors, { replace: true });
      return items.length;
    },
  };
}

/** Removes a store with all that it holds, whichever model it is of. */
export async function removeStore(name: string): Promise<void> {
  await withStore(name, 'readwrite', async (transaction) => {
    await transaction.readHeader();
    transaction.deleteBlocks(0);
    transaction.deleteHeader();
  });
}

function newHeader(identity: StoreIdentity): Header {
  return { identity, numRows: 0, revision: 0 };
}
