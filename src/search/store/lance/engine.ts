import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import type { Table } from '@lancedb/lancedb';
import type { Schema } from 'apache-arrow';
import { SamesameError } from '../../../base/errors.ts';
import { writeFolderAtomic } from '../../../base/files.ts';
import { createRandom } from '../../../base/random.ts';
import { alreadyThere } from '../checks.ts';
import { RECORD_COLUMNS } from '../columns.ts';
import type { StoreEngine } from '../engine.ts';
import { checkSameIdentity } from '../identity.ts';
import type { ImageRows, StoreFilter, StoreIdentity } from '../types.ts';
import { type BatchLike, decodeRecords, encodeRows, joinRows, schemaFor } from './arrow.ts';
import { checkEmpty, isTidiedUp, lanceError, noStore } from './errors.ts';
import { listOf, toPredicate } from './filter.ts';
import { EFFORTS, indexConfig, missingColumnIndices, numProbesOf } from './index-config.ts';
import { type KnownIds, readKnownIds } from './known-ids.ts';
import { type Manifest, readManifest, writeManifest } from './manifest.ts';
import { createWriter } from './writer.ts';

/** The part of the driver that its own wrapper hides: the wrapper drops the mark that makes a column JSON. */
interface NativeTable {
  add(ipc: Buffer, mode: 'append'): Promise<unknown>;
  mergeInsert(on: string[]): NativeMerge;
}
interface NativeMerge {
  whenMatchedUpdateAll(): NativeMerge;
  whenNotMatchedInsertAll(): NativeMerge;
  execute(ipc: Buffer): Promise<unknown>;
}

const TABLE = 'images';
/** How long the state of the index is believed: another process may build one, and asking costs a third of a search. */
const STATE_MS = 1000;
/** How long files that compaction replaced are kept for processes that were reading them then. */
const READ_MS = 10 * 60_000;
/** Ids in one predicate: its text stays below 100 kB. */
const IDS_AT_A_TIME = 2000;
const RECORD_LIST = [...RECORD_COLUMNS];
const ROW_LIST = [...RECORD_COLUMNS, 'vector'];

/**
 * Opens a store in a folder: `store.json`, which says what it holds, and a Lance table.
 * @param idleMs milliseconds after its last write from which this process lets others write. Default: until it is closed
 * @param identity makes the store where the folder is not there or empty; without it only a store that is there is opened
 * @throws E_NOT_FOUND, E_STORE where the folder is something else or holds another model's embeddings, E_PERMISSION, E_IO
 */
export async function openLanceEngine(
  folder: string,
  identity: StoreIdentity | undefined,
  idleMs = Number.POSITIVE_INFINITY,
): Promise<StoreEngine> {
  let manifest = await readManifest(folder);
  if (manifest === undefined) {
    if (identity === undefined) throw noStore(folder);
    await checkEmpty(folder);
    manifest = await writeManifest(folder, { identity });
  } else if (identity !== undefined) checkSameIdentity(folder, manifest.identity, identity);
  const schema = schemaFor(manifest.identity.embeddingSize);
  return createLanceEngine(folder, manifest, await openTable(folder, schema), { schema, idleMs });
}

async function openTable(folder: string, schema: Schema): Promise<Table> {
  // Empty partitions are no news to a person; errors come to us as errors.
  process.env.LANCEDB_LOG ??= 'error';
  const { connect } = await import('@lancedb/lancedb');
  try {
    // Another process may be indexing: look for its rows before each search.
    const connection = await connect(folder, { readConsistencyInterval: 0 });
    const names = await connection.tableNames();
    if (names.includes(TABLE)) return await connection.openTable(TABLE);
    return await connection.createEmptyTable(TABLE, schema, { existOk: true });
  } catch (error) {
    throw lanceError(error, `opening the store ${folder}`);
  }
}

function createLanceEngine(
  folder: string,
  first: Manifest,
  table: Table,
  { schema, idleMs }: { readonly schema: Schema; readonly idleMs: number },
): StoreEngine {
  const { identity } = first;
  const { embeddingSize } = identity;
  const native = (table as unknown as { inner: NativeTable }).inner;
  let manifest = first;
  let known: KnownIds | undefined;
  /** State of the table after this process's last write. */
  let writtenVersion: number | undefined;
  let isIndexed = false;
  let lookedMs = Number.NEGATIVE_INFINITY;

  /** Everything that changes the store goes through here. */
  async function write<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await writer.write(async () => {
        const result = await work();
        writtenVersion = await table.version();
        return result;
      });
    } catch (error) {
      throw lanceError(error, `${action} the store ${folder}`);
    }
  }
  const writer = createWriter({
    folder,
    idleMs,
    async onTaken() {
      // Somebody else may have written while this process had let go.
      if ((await table.version()) === writtenVersion) return;
      known = undefined;
      manifest = (await readManifest(folder)) ?? manifest;
    },
  });

  /** Once more where a writer has just tidied up the files that this process was about to read. */
  async function read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isTidiedUp(error)) throw lanceError(error, `reading the store ${folder}`);
    }
    try {
      await table.checkoutLatest();
      return await work();
    } catch (error) {
      throw lanceError(error, `reading the store ${folder}`);
    }
  }

  async function byIds(ids: readonly string[], columns: string[]): Promise<BatchLike[]> {
    const batches: BatchLike[] = [];
    for (let start = 0; start < ids.length; start += IDS_AT_A_TIME) {
      const part = ids.slice(start, start + IDS_AT_A_TIME);
      const query = table
        .query()
        .where(`id IN (${listOf(part)})`)
        .select(columns);
      for await (const batch of query) batches.push(batch as BatchLike);
    }
    return batches;
  }

  const readIds = async () =>
    readKnownIds(await table.countRows(), async function* () {
      for await (const batch of table.query().select(['id'])) yield idsIn(batch as BatchLike);
    });

  /** Those of some ids that are in the table; called within `write`. */
  async function presentOf(ids: readonly string[]): Promise<readonly string[]> {
    known ??= await readIds();
    return known.present(ids) ?? (await byIds(ids, ['id'])).flatMap(idsIn);
  }

  async function* batches(filter: StoreFilter, columns: string[]): AsyncGenerator<BatchLike> {
    const predicate = toPredicate(filter);
    const open = () => {
      const query = table.query().select(columns);
      return (predicate === undefined ? query : query.where(predicate))[Symbol.asyncIterator]();
    };
    try {
      let rows = open();
      // Later than at the first batch another try would give rows twice.
      let next = await rows.next().catch(async (error) => {
        if (!isTidiedUp(error)) throw error;
        await table.checkoutLatest();
        rows = open();
        return rows.next();
      });
      for (; !next.done; next = await rows.next()) if (next.value.numRows > 0) yield next.value as BatchLike;
    } catch (error) {
      throw lanceError(error, `reading the store ${folder}`);
    }
  }

  async function saveManifest(next: Manifest): Promise<void> {
    manifest = await writeManifest(folder, next);
  }

  const indexedColumns = async () => (await table.listIndices()).flatMap(({ columns }) => columns);

  return {
    kind: 'lancedb',
    name: folder,
    identity,
    maxIndexedSize: Number.POSITIVE_INFINITY,
    efforts: EFFORTS,
    async add(rows) {
      await write('adding to', async () => {
        const ids = idsOf(rows);
        const present = await presentOf(ids);
        if (present.length > 0) throw alreadyThere(folder, present);
        await native.add(encodeRows(rows, schema), 'append');
        known!.added(ids);
      });
    },
    async upsert(rows) {
      await write('writing to', async () => {
        const ids = idsOf(rows);
        const ipc = encodeRows(rows, schema);
        known ??= await readIds();
        if (known.present(ids)?.length === 0) await native.add(ipc, 'append');
        else await native.mergeInsert(['id']).whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(ipc);
        known.added(ids);
      });
    },
    delete: (ids) =>
      write('deleting from', async () => {
        const before = await table.countRows();
        for (let start = 0; start < ids.length; start += IDS_AT_A_TIME)
          await table.delete(`id IN (${listOf(ids.slice(start, start + IDS_AT_A_TIME))})`);
        known?.removed(ids);
        return before - (await table.countRows());
      }),
    get: (ids) => read(async () => joinRows(await byIds(ids, ROW_LIST), embeddingSize)),
    records: (ids) => read(async () => (await byIds(ids, RECORD_LIST)).flatMap(decodeRecords)),
    count: (filter) => read(() => table.countRows(toPredicate(filter))),
    async *scan(filter) {
      for await (const batch of batches(filter, ROW_LIST)) yield joinRows([batch], embeddingSize);
    },
    async *list(filter) {
      for await (const batch of batches(filter, RECORD_LIST)) yield decodeRecords(batch);
    },
    nearest: (query, k, filter, effort) =>
      read(async () => {
        const search = table
          .vectorSearch(query)
          .distanceType(identity.distance === 'euclidean' ? 'l2' : 'cosine')
          .select([...ROW_LIST, '_distance'])
          .limit(k);
        const predicate = toPredicate(filter);
        if (predicate !== undefined) search.where(predicate);
        if (effort === undefined) search.bypassVectorIndex();
        else search.nprobes(numProbesOf(effort));
        const found: BatchLike[] = [];
        for await (const batch of search) found.push(batch as BatchLike);
        return joinRows(found, embeddingSize);
      }),
    sample: (numRows) =>
      read(async () => {
        const total = await table.countRows();
        const random = createRandom('recall');
        const offsets = new Set<number>();
        while (offsets.size < Math.min(numRows, total)) offsets.add(random.integer(total));
        const found: BatchLike[] = [];
        const query = table.takeOffsets([...offsets].sort((a, b) => a - b)).select(ROW_LIST);
        for await (const batch of query) found.push(batch as BatchLike);
        return joinRows(found, embeddingSize);
      }),
    version: () => read(async () => String(await table.version())),
    async readIndexState() {
      if (performance.now() - lookedMs > STATE_MS) {
        manifest = (await readManifest(folder)) ?? manifest;
        isIndexed = manifest.index !== undefined && (await read(indexedColumns)).includes('vector');
        lookedMs = performance.now();
      }
      return isIndexed ? manifest.index : undefined;
    },
    async writeIndexState(index) {
      await write('writing to', () => saveManifest({ ...manifest, index }));
      lookedMs = Number.NEGATIVE_INFINITY;
    },
    async readNotes() {
      manifest = (await readManifest(folder)) ?? manifest;
      return manifest.notes ?? {};
    },
    writeNotes: (notes) => write('writing to', () => saveManifest({ ...manifest, notes })),
    buildIndex: () =>
      write('indexing', async () => {
        const config = await indexConfig(await table.countRows(), identity);
        await table.createIndex('vector', { config, replace: true });
        for (const { column, config } of await missingColumnIndices(await indexedColumns()))
          await table.createIndex(column, { config });
      }),
    compact: () =>
      write('compacting', async () => {
        // This process is the only writer, so no unfinished work of others can be among the files that go. Readers have others.
        const cleanupOlderThan = new Date(Date.now() - READ_MS);
        await table.optimize({ cleanupOlderThan, deleteUnverified: true });
      }),
    snapshot: (target) =>
      write('copying', async () => {
        if (existsSync(target)) {
          throw new SamesameError('E_STORE', {
            what: `the snapshot ${target} would replace something`,
            expected: 'a folder that is not there yet',
            help: 'choose another name, or remove it first',
            details: { path: target },
          });
        }
        await writeFolderAtomic(target, async (temporary) => {
          await cp(folder, temporary, {
            recursive: true,
            filter: (path) => !path.endsWith('writer.lock'),
          });
        });
      }),
    async close() {
      known = undefined;
      table.close();
      await writer.close();
    },
  };
}

function idsOf({ records }: ImageRows): string[] {
  return records.map(({ id }) => id);
}

function idsIn(batch: BatchLike): string[] {
  const column = batch.getChild('id')!;
  return Array.from({ length: batch.numRows }, (_, row) => column.get(row) as string);
}
