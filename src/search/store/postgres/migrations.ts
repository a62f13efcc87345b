import type { PoolClient } from 'pg';
import { tooNew } from './connection.ts';

/** Tables of ours: a schema and the steps from no tables to the newest ones. Never change a step: add one. */
export interface Migrations {
  readonly schema: string;
  readonly steps: readonly string[];
}

/**
 * Takes the steps that a database has not taken yet, within the caller's transaction; how many it has taken is its version.
 * @param shown the address, for people
 * @throws E_STORE where a later samesame has taken more
 */
export async function takeSteps(
  client: PoolClient,
  { schema, steps }: Migrations,
  shown: string,
): Promise<void> {
  const { rows: schemas } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (schemas.length === 0) {
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(`CREATE TABLE ${schema}.version (version integer NOT NULL)`);
    await client.query(`INSERT INTO ${schema}.version VALUES (0)`);
  }
  const { rows } = await client.query(`SELECT version FROM ${schema}.version`);
  const version = Number(rows[0]?.version ?? 0);
  if (version > steps.length) throw tooNew(shown, version, steps.length);
  for (const step of steps.slice(version)) await client.query(step);
  if (version < steps.length) await client.query(`UPDATE ${schema}.version SET version = $1`, [steps.length]);
}
