import { existsSync } from 'node:fs';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import type { Schema } from 'apache-arrow';
import { errorFromSystem, SamesameError } from '../../../base/errors.ts';
import { writeFileAtomic, writeFolderAtomic } from '../../../base/files.ts';
import { createRandom } from '../../../base/random.ts';
import type { IndexState, StoreEngine } from '../engine.ts';
import { checkSameIdentity, parseIdentity } from '../identity.ts';
import type { StoreFilter, StoreIdentity, StoreNotes } from '../types.ts';
import { type BatchLike, decodeRecords, encodeRows, joinRows, RECORD_COLUMNS, schemaFor } from './arrow.ts';
import { listOf, toPredicate } from './filter.ts';
import { EFFORTS, indexConfig, numProbesOf } from './index-config.ts';
import { lockFolder } from './lock.ts';

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
const MANIFEST = 'store.json';
const FORMAT = 'samesame-store';
const VERSION = 1;
/** Ids in one predicate: its text stays below 100 kB. */
const IDS_AT_A_TIME = 2000;
const RECORD_LIST = [...RECORD_COLUMNS];
const ROW_LIST = [...RECORD_COLUMNS, 'vector'];

interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly identity: StoreIdentity;
  readonly index?: IndexState;
  readonly notes?: StoreNotes;
}

/**
 * Opens a store in a folder: `store.json`, which says what it holds, and a Lance table.
 * @param identity makes the store where the folder is not there or empty; without it only a store that is there is opened
 * @throws E_NOT_FOUND, E_STORE where the folder is something else or holds another model's embeddings, E_PERMISSION, E_IO
 */
export async function openLanceEngine(
  folder: string,
  identity: StoreIdentity | undefined,
): Promise<StoreEngine> {
  let manifest = await readManifest(folder);
  if (manifest === undefined) {
    if (identity === undefined) throw noStore(folder);
    await checkEmpty(folder);
    manifest = { format: FORMAT, version: VERSION, identity };
    await writeFileAtomic(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  } else if (identity !== undefined) checkSameIdentity(folder, manifest.identity, identity);
  const schema = schemaFor(manifest.identity.embeddingSize);
  return createLanceEngine(folder, manifest, schema, await openTable(folder, schema));
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

function createLanceEngine(folder: string, first: Manifest, schema: Schema, table: Table): StoreEngine {
  const { identity } = first;
  const { embeddingSize } = identity;
  const native = (table as unknown as { inner: NativeTable }).inner;
  let manifest = first;
  let unlock: (() => Promise<void>) | undefined;

  /** Everything that changes the store goes through here. */
  async function write<T>(action: string, work: () => Promise<T>): Promise<T> {
    unlock ??= await lockFolder(folder);
    try {
      return await work();
    } catch (error) {
      throw lanceError(error, `${action} the store ${folder}`);
    }
  }

  /** Once more where a writer has just tidied up the files that this process was about to read. */
  async function read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!/not found/i.test(String(error))) throw lanceError(error, `reading the store ${folder}`);
    }
    await table.checkoutLatest();
    return work().catch((error) => {
      throw lanceError(error, `reading the store ${folder}`);
    });
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

  async function* batches(filter: StoreFilter, columns: string[]): AsyncGenerator<BatchLike> {
    const predicate = toPredicate(filter);
    const query = table.query().select(columns);
    try {
      for await (const batch of predicate === undefined ? query : query.where(predicate))
        if (batch.numRows > 0) yield batch as BatchLike;
    } catch (error) {
      throw lanceError(error, `reading the store ${folder}`);
    }
  }

  async function saveManifest(next: Manifest): Promise<void> {
    await writeFileAtomic(join(folder, MANIFEST), `${JSON.stringify(next, null, 2)}\n`);
    manifest = next;
  }

  const hasIndex = async () => (await table.listIndices()).some(({ columns }) => columns.includes('vector'));

  return {
    kind: 'lancedb',
    name: folder,
    identity,
    maxIndexedSize: Number.POSITIVE_INFINITY,
    efforts: EFFORTS,
    async add(rows) {
      await write('adding to', async () => {
        const ids = rows.records.map(({ id }) => id);
        const present = (await byIds(ids, ['id'])).flatMap((batch) =>
          Array.from({ length: batch.numRows }, (_, row) => batch.getChild('id')!.get(row) as string),
        );
        if (present.length > 0) throw alreadyThere(folder, present);
        await native.add(encodeRows(rows, schema), 'append');
      });
    },
    async upsert(rows) {
      await write('writing to', async () => {
        const merge = native.mergeInsert(['id']).whenMatchedUpdateAll().whenNotMatchedInsertAll();
        await merge.execute(encodeRows(rows, schema));
      });
    },
    delete: (ids) =>
      write('deleting from', async () => {
        const before = await table.countRows();
        for (let start = 0; start < ids.length; start += IDS_AT_A_TIME)
          await table.delete(`id IN (${listOf(ids.slice(start, start + IDS_AT_A_TIME))})`);
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
    async readIndexState() {
      manifest = (await readManifest(folder)) ?? manifest;
      return manifest.index !== undefined && (await read(hasIndex)) ? manifest.index : undefined;
    },
    writeIndexState: (index) => write('writing to', () => saveManifest({ ...manifest, index })),
    async readNotes() {
      manifest = (await readManifest(folder)) ?? manifest;
      return manifest.notes ?? {};
    },
    writeNotes: (notes) => write('writing to', () => saveManifest({ ...manifest, notes })),
    buildIndex: () =>
      write('indexing', async () => {
        const config = await indexConfig(await table.countRows(), identity);
        await table.createIndex('vector', { config, replace: true });
      }),
    compact: () =>
      write('compacting', async () => {
        // This process is the only writer, so no unfinished work of others can be among the files that go.
        await table.optimize({ cleanupOlderThan: new Date(), deleteUnverified: true });
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
      table.close();
      await unlock?.();
      unlock = undefined;
    },
  };
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw errorFromSystem(error, `reading the store ${folder}`);
  });
  if (text === undefined) return undefined;
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
    if (manifest.format !== FORMAT) throw new Error('another format');
  } catch (cause) {
    throw new SamesameError('E_STORE', {
      what: `${path} is not the description of a store`,
      expected: 'store.json as samesame index writes it',
      help: 'choose another folder, or index the images again into a new one',
      cause,
    });
  }
  if (manifest.version !== VERSION) {
    throw new SamesameError('E_STORE', {
      what: `${folder} was written for another version of the store format`,
      expected: `version ${VERSION}`,
      received: `version ${String(manifest.version)}`,
      help: 'update samesame, or index the images again into a new folder',
    });
  }
  return { ...manifest, identity: parseIdentity(folder, manifest.identity) };
}

/** @throws E_STORE where a folder holds anything that we did not put there */
async function checkEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw errorFromSystem(error, `opening the store ${folder}`);
  });
  const foreign = names.filter((name) => !/^\.store\.json\..*\.tmp$/.test(name));
  if (foreign.length === 0) return;
  throw new SamesameError('E_STORE', {
    what: `${folder} is no store, and not empty`,
    expected: 'a store that samesame index made, or a folder that is not there yet',
    received: `a folder with ${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', …' : ''}`,
    help: 'choose another folder with --store',
    details: { path: folder },
  });
}

function noStore(folder: string): SamesameError {
  return new SamesameError('E_NOT_FOUND', {
    what: `there is no store in ${folder}`,
    expected: 'a folder that samesame index made',
    help: 'make one first: samesame index MODEL PHOTOS',
    details: { path: folder },
  });
}

function alreadyThere(folder: string, ids: readonly string[]): SamesameError {
  return new SamesameError('E_STORE', {
    what: `${ids.length} of the rows are in the store ${folder} already, so none was added`,
    received: ids.slice(0, 5).join(', '),
    help: 'use upsert to put rows in the place of others',
    details: { ids: ids.slice(0, 100) },
  });
}

function lanceError(error: unknown, action: string): SamesameError {
  if (error instanceof SamesameError) return error;
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  if (/no space left|StorageFull|os error 28|quota/i.test(message))
    return errorFromSystem({ code: 'ENOSPC', message }, action);
  if (/permission denied|os error 13|read-only/i.test(message))
    return errorFromSystem({ code: 'EACCES', message }, action);
  return new SamesameError('E_STORE', {
    what: `${action} failed`,
    received: message.slice(0, 500),
    help: 'if it happens again, index the images anew into another folder',
    cause: error,
  });
}
