import { SamesameError } from '../../../base/errors.ts';
import { alreadyThere } from '../checks.ts';
import { RECORD_COLUMNS } from '../columns.ts';
import type { Effort, IndexState, StoreEngine } from '../engine.ts';
import { checkSameIdentity, parseIdentity } from '../identity.ts';
import type { ImageRecord, ImageRows, StoreFilter, StoreIdentity, StoreNotes } from '../types.ts';
import { checkStoreName, parseAddress } from './address.ts';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';
import { Parameters, toCondition } from './filter.ts';
import { createStoreTable, migrate, SCHEMA, tableOf, vectorIndexOf } from './schema.ts';

export interface PostgresOptions extends ConnectionOptions {
  readonly identity?: StoreIdentity;
}

const RECORD = RECORD_COLUMNS.join(', ');
const ROW = `${RECORD}, vector::text AS vector`;
/** Rows of one answer while a table is read through. */
const PAGE = 1000;
/** Widest vector that pgvector's indices take, and that a column of it holds. */
const MAX_INDEXED_SIZE = 2000;
const MAX_SIZE = 16_000;
/** `hnsw.ef_search`: how many candidates a search keeps; 40 is pgvector's default, 1000 its most. */
const EFFORTS: readonly Effort[] = [40, 100, 200, 400, 800];

interface RecordRow {
  readonly id: string;
  readonly path: string;
  readonly content_hash: string;
  readonly model: string;
  readonly size_bytes: string;
  readonly modified_ms: string;
  readonly label: string | null;
  readonly metadata: ImageRecord['metadata'];
  readonly vector?: string;
}

/**
 * Opens a store in a Postgres database, making schema and tables where they are not there.
 * @throws E_CONFIG, E_CONNECTION, E_PERMISSION; E_NOT_FOUND without such a store and without `identity`; E_STORE without
 *   pgvector, or where the store holds another model's embeddings
 */
export async function openPostgresEngine(address: string, options: PostgresOptions): Promise<StoreEngine> {
  const parsed = parseAddress(address);
  const connection = await connect(parsed, options);
  try {
    await migrate(connection);
    const identity = await readIdentity(connection, parsed.store, options.identity);
    const version = await connection.query(
      'opening the store',
      "SELECT extversion FROM pg_extension WHERE extname = 'vector'",
    );
    return createPostgresEngine(connection, parsed.store, identity, String(version[0]?.extversion));
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function readIdentity(
  connection: Connection,
  store: string,
  asked: StoreIdentity | undefined,
): Promise<StoreIdentity> {
  const read = async () => {
    const rows = await connection.query(
      'opening the store',
      `SELECT identity FROM ${SCHEMA}.stores WHERE name = $1`,
      [store],
    );
    return rows.length === 0 ? undefined : parseIdentity(connection.shown, rows[0].identity);
  };
  const held = await read();
  if (held === undefined) {
    if (asked === undefined) throw noStore(connection.shown, store);
    checkSize(connection.shown, asked.embeddingSize);
    await connection.transaction('making the store', (client) => createStoreTable(client, store, asked));
  }
  // Read again: another process may have made it first, for another model.
  const identity = held ?? (await read())!;
  if (asked !== undefined) checkSameIdentity(connection.shown, identity, asked);
  return identity;
}

function createPostgresEngine(
  connection: Connection,
  store: string,
  identity: StoreIdentity,
  vectorVersion: string,
): StoreEngine {
  const { embeddingSize, distance } = identity;
  const table = tableOf(store);
  const operator = distance === 'euclidean' ? '<->' : '<=>';
  const [major, minor] = vectorVersion.split('.').map(Number);
  const hasGraphs = major > 0 || minor >= 5;
  const scansOn = major > 0 || minor >= 8;

  const toRows = (rows: readonly RecordRow[]): ImageRows => {
    const vectors = new Float32Array(rows.length * embeddingSize);
    for (const [i, { vector }] of rows.entries())
      vectors.set(JSON.parse(vector!) as number[], i * embeddingSize);
    return { records: rows.map(toRecord), vectors };
  };

  /** Page by page in the order of ids: nothing is held open at the server, and a restart of it does no harm. */
  async function* pages(filter: StoreFilter, columns: string): AsyncGenerator<RecordRow[]> {
    let last: string | undefined;
    for (;;) {
      const parameters = new Parameters();
      const condition = toCondition(filter, parameters);
      const after = last === undefined ? 'true' : `id > ${parameters.add(last)}`;
      const rows = await connection.query(
        'reading the store',
        `SELECT ${columns} FROM ${table} WHERE ${condition} AND ${after} ORDER BY id LIMIT ${PAGE}`,
        parameters.values,
      );
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
      last = rows[rows.length - 1].id;
    }
  }

  const insert = (conflict: string) =>
    `INSERT INTO ${table} (${RECORD}, vector)
     SELECT id, path, content_hash, model, size_bytes, modified_ms, label, metadata::jsonb, vector::vector
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[])
       AS rows (id, path, content_hash, model, size_bytes, modified_ms, label, metadata, vector)
     ORDER BY id ${conflict}`; // in one order everywhere, or two writers could wait for each other

  return {
    kind: 'postgres',
    name: connection.shown,
    identity,
    maxIndexedSize: hasGraphs ? MAX_INDEXED_SIZE : 0,
    efforts: EFFORTS,
    async add(rows) {
      await connection.transactionOnce('adding to the store', async (client) => {
        const { rows: added } = await client.query(
          insert('ON CONFLICT (id) DO NOTHING RETURNING id'),
          columnsOf(rows),
        );
        if (added.length < rows.records.length) {
          const present = new Set(rows.records.map(({ id }) => id));
          for (const { id } of added) present.delete(id as string);
          throw alreadyThere(connection.shown, [...present]);
        }
      });
    },
    async upsert(rows) {
      const columns = [...RECORD_COLUMNS, 'vector'].filter((column) => column !== 'id');
      const updates = columns.map((column) => `${column} = excluded.${column}`).join(', ');
      await connection.query(
        'writing to the store',
        insert(`ON CONFLICT (id) DO UPDATE SET ${updates}`),
        columnsOf(rows),
      );
    },
    async delete(ids) {
      const rows = await connection.query(
        'deleting from the store',
        `DELETE FROM ${table} WHERE id = ANY($1::text[]) RETURNING id`,
        [ids],
      );
      return rows.length;
    },
    get: async (ids) =>
      toRows(
        await connection.query(
          'reading the store',
          `SELECT ${ROW} FROM ${table} WHERE id = ANY($1::text[])`,
          [ids],
        ),
      ),
    records: async (ids) =>
      (
        await connection.query(
          'reading the store',
          `SELECT ${RECORD} FROM ${table} WHERE id = ANY($1::text[])`,
          [ids],
        )
      ).map(toRecord),
    async count(filter) {
      const parameters = new Parameters();
      const condition = toCondition(filter, parameters);
      const rows = await connection.query(
        'reading the store',
        `SELECT count(*) AS count FROM ${table} WHERE ${condition}`,
        parameters.values,
      );
      return Number(rows[0].count);
    },
    async *scan(filter) {
      for await (const rows of pages(filter, ROW)) yield toRows(rows);
    },
    async *list(filter) {
      for await (const rows of pages(filter, RECORD)) yield rows.map(toRecord);
    },
    async nearest(query, k, filter, effort) {
      const parameters = new Parameters();
      const vector = `${parameters.add(textOf(query))}::vector`;
      const condition = toCondition(filter, parameters);
      // No index is sorted by a sum, so every row is looked at.
      const order =
        effort === undefined ? `(vector ${operator} ${vector}) + 0` : `vector ${operator} ${vector}`;
      const text = `SELECT ${ROW} FROM ${table} WHERE ${condition} ORDER BY ${order} LIMIT ${k}`;
      if (effort === undefined)
        return toRows(await connection.query('searching the store', text, parameters.values));
      return connection.transaction('searching the store', async (client) => {
        await client.query("SELECT set_config('hnsw.ef_search', $1, true)", [
          String(Math.min(1000, Math.max(effort, k))),
        ]);
        // Goes on past the candidates where too few of them match the filter.
        if (scansOn) await client.query("SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true)");
        return toRows((await client.query(text, parameters.values)).rows);
      });
    },
    sample: async (numRows) =>
      toRows(
        await connection.query(
          'reading the store',
          `SELECT ${ROW} FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY random() LIMIT $1)`,
          [numRows],
        ),
      ),
    async version() {
      // The number of the youngest transaction tells of rows that came or changed, the count of those that went.
      const rows = await connection.query(
        'reading the store',
        `SELECT count(*) AS count, max(xmin::text::bigint) AS youngest FROM ${table}`,
      );
      return `${rows[0].count}/${rows[0].youngest ?? 0}`;
    },
    async readIndexState() {
      const rows = await connection.query(
        'reading the store',
        `SELECT index_state FROM ${SCHEMA}.stores WHERE name = $1 AND to_regclass($2) IS NOT NULL`,
        [store, `${SCHEMA}.${vectorIndexOf(store)}`],
      );
      return (rows[0]?.index_state ?? undefined) as IndexState | undefined;
    },
    async writeIndexState(state) {
      await connection.query(
        'writing to the store',
        `UPDATE ${SCHEMA}.stores SET index_state = $2 WHERE name = $1`,
        [store, state === undefined ? null : JSON.stringify(state)],
      );
    },
    async readNotes() {
      const rows = await connection.query(
        'reading the store',
        `SELECT notes FROM ${SCHEMA}.stores WHERE name = $1`,
        [store],
      );
      return rows[0]?.notes as StoreNotes;
    },
    async writeNotes(notes) {
      await connection.query(
        'writing to the store',
        `UPDATE ${SCHEMA}.stores SET notes = $2 WHERE name = $1`,
        [store, JSON.stringify(notes)],
      );
    },
    async buildIndex() {
      // Rows that come later find their place in the graph by themselves, so one that is there is left alone.
      await connection.query(
        'indexing the store',
        `CREATE INDEX IF NOT EXISTS ${vectorIndexOf(store)} ON ${table} USING hnsw (vector ${
          distance === 'euclidean' ? 'vector_l2_ops' : 'vector_cosine_ops'
        })`,
      );
    },
    async compact() {
      await connection.query('tidying up the store', `VACUUM (ANALYZE) ${table}`);
    },
    async snapshot(target) {
      const name = checkStoreName(target);
      await connection.transactionOnce('copying the store', async (client) => {
        const { rows } = await client.query(`SELECT 1 FROM ${SCHEMA}.stores WHERE name = $1`, [name]);
        if (rows.length > 0) throw snapshotThere(name);
        await createStoreTable(client, name, identity);
        await client.query(`INSERT INTO ${tableOf(name)} SELECT * FROM ${table}`);
      });
    },
    close: () => connection.close(),
  };
}

/** Values of the columns, in the order of the table's. */
function columnsOf({ records, vectors }: ImageRows): unknown[] {
  const size = vectors.length / records.length;
  return [
    records.map(({ id }) => id),
    records.map(({ path }) => path),
    records.map(({ contentHash }) => contentHash),
    records.map(({ model }) => model),
    records.map(({ sizeBytes }) => sizeBytes),
    records.map(({ modifiedMs }) => modifiedMs),
    records.map(({ label }) => label),
    records.map(({ metadata }) => JSON.stringify(metadata)),
    records.map((_, row) => textOf(vectors.subarray(row * size, (row + 1) * size))),
  ];
}

/** As pgvector reads it; every float32 comes back as it was. */
function textOf(vector: Float32Array): string {
  return `[${vector.join(',')}]`;
}

function toRecord(row: RecordRow): ImageRecord {
  return {
    id: row.id,
    path: row.path,
    contentHash: row.content_hash,
    model: row.model,
    sizeBytes: Number(row.size_bytes),
    modifiedMs: Number(row.modified_ms),
    label: row.label,
    metadata: row.metadata,
  };
}

function checkSize(shown: string, embeddingSize: number): void {
  if (embeddingSize <= MAX_SIZE) return;
  throw new SamesameError('E_CONFIG', {
    what: `embeddings of this model are too long for the database at ${shown}`,
    expected: `at most ${MAX_SIZE} numbers, as pgvector has it`,
    received: `${embeddingSize}`,
    help: 'use a store in a folder: --store photos.store',
  });
}

function noStore(shown: string, store: string): SamesameError {
  return new SamesameError('E_NOT_FOUND', {
    what: `there is no store "${store}" at ${shown}`,
    expected: 'a store that samesame index made',
    help: 'make one first: samesame index MODEL PHOTOS --store postgres://…',
    details: { store },
  });
}

function snapshotThere(name: string): SamesameError {
  return new SamesameError('E_STORE', {
    what: `the snapshot ${name} would replace another store of that name`,
    expected: 'a name that is not in use yet',
    details: { store: name },
  });
}
