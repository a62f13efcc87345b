import type { PoolClient } from 'pg';
import type { StoreIdentity } from '../types.ts';
import type { Connection } from './connection.ts';
import { noVectorExtension } from './errors.ts';
import { takeSteps } from './migrations.ts';

/** Everything of ours lies in this schema, so that a database can be shared. */
export const SCHEMA = 'samesame';
/** Of advisory locks: only one process at a time makes or changes tables. */
const LOCK = 0x73616d65;

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE ${SCHEMA}.stores (
     name text PRIMARY KEY,
     identity jsonb NOT NULL,
     index_state jsonb,
     notes jsonb NOT NULL DEFAULT '{}',
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
];

/**
 * Brings the schema to the newest version.
 * @throws E_STORE without pgvector, or where a later samesame made it
 */
export async function migrate(connection: Connection): Promise<void> {
  await connection.transaction('preparing the tables of', async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    // Asked for first: CREATE EXTENSION needs rights even where there is nothing to do.
    const { rows: found } = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'vector'");
    if (found.length === 0) {
      await client.query('CREATE EXTENSION vector').catch((error) => {
        throw noVectorExtension(connection.shown, error);
      });
    }
    await takeSteps(client, { schema: SCHEMA, steps: MIGRATIONS }, connection.shown);
  });
}

/** The table of a store; its name was checked. */
export function tableOf(store: string): string {
  return `${SCHEMA}."store_${store}"`;
}

/** Name of the index that approximate searches go by. */
export function vectorIndexOf(store: string): string {
  return `store_${store}_vector`;
}

/** Makes the table of a store, and writes down what it holds; within the caller's transaction. */
export async function createStoreTable(
  client: PoolClient,
  store: string,
  identity: StoreIdentity,
): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  await client.query(
    `INSERT INTO ${SCHEMA}.stores (name, identity) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
    [store, JSON.stringify(identity)],
  );
  const table = tableOf(store);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${table} (
       id text PRIMARY KEY,
       path text NOT NULL,
       content_hash text NOT NULL,
       model text NOT NULL,
       size_bytes bigint NOT NULL,
       modified_ms bigint NOT NULL,
       label text,
       metadata jsonb NOT NULL,
       vector vector(${identity.embeddingSize}) NOT NULL
     )`,
  );
  // SP-GiST answers "begins with", and takes paths that are longer than a B-tree's entry may be.
  await client.query(`CREATE INDEX IF NOT EXISTS "store_${store}_path" ON ${table} USING spgist (path)`);
  await client.query(`CREATE INDEX IF NOT EXISTS "store_${store}_label" ON ${table} USING hash (label)`);
  await client.query(`CREATE INDEX IF NOT EXISTS "store_${store}_modified" ON ${table} (modified_ms)`);
  await client.query(
    `CREATE INDEX IF NOT EXISTS "store_${store}_metadata" ON ${table} USING gin (metadata jsonb_path_ops)`,
  );
}
