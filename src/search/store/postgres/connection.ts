import type { Pool, PoolClient, QueryResult } from 'pg';
import { SamesameError } from '../../../base/errors.ts';
import type { PostgresAddress } from './address.ts';
import { isConflict, isConnectionLost, postgresError } from './errors.ts';

export interface ConnectionOptions {
  readonly onWait?: (message: string) => void;
  readonly patienceMs?: number;
  /** What a first failure is told to have prevented. Default: `opening the store`. */
  readonly action?: string;
}

/** A database that may go away for a while. */
export interface Connection {
  readonly shown: string;
  /**
   * One statement, begun again where the server went away in the middle of it: it has to do no harm twice.
   * @throws E_CONNECTION past the patience, E_PERMISSION, E_DISK_FULL, E_STORE
   */
  query(action: string, text: string, values?: readonly unknown[]): Promise<QueryResult['rows']>;
  /** As `query`, for several statements that hold together. */
  transaction<T>(action: string, work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** As `transaction`, begun once only. */
  transactionOnce<T>(action: string, work: (client: PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A restart takes seconds, and a start after a crash a few minutes. */
const DEFAULT_PATIENCE_MS = 5 * 60_000;
/** As many as searches are asked for at once. */
const MAX_CLIENTS = 4;
const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Connects at once, without patience: a wrong address should not be waited for. @throws as `query` */
export async function connect(
  { connectionString, shown }: Pick<PostgresAddress, 'connectionString' | 'shown'>,
  { onWait, patienceMs = DEFAULT_PATIENCE_MS, action: opening = 'opening the store' }: ConnectionOptions,
): Promise<Connection> {
  const { default: pg } = await import('pg');
  const pool: Pool = new pg.Pool({
    connectionString,
    max: MAX_CLIENTS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'samesame',
    keepAlive: true,
  });
  // An idle connection that breaks is no failure yet: the next statement finds out.
  pool.on('error', () => {});

  async function patiently<T>(action: string, work: () => Promise<T>): Promise<T> {
    const startMs = Date.now();
    let pauseMs = FIRST_PAUSE_MS;
    let wasLost = false;
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await work();
        if (wasLost) onWait?.(`the database at ${shown} is back`);
        return result;
      } catch (error) {
        const isLost = isConnectionLost(error);
        const mayRetry = isLost || (isConflict(error) && attempt <= 10);
        if (!mayRetry || Date.now() - startMs >= patienceMs) throw postgresError(error, action, shown);
        if (isLost && !wasLost) onWait?.(`the database at ${shown} cannot be reached; waiting for it`);
        wasLost ||= isLost;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  async function once<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      if (isConnectionLost(error)) broken ??= error as Error;
      else await client.query('ROLLBACK').catch((failure: Error) => (broken ??= failure));
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end().catch(() => {});
    throw postgresError(error, opening, shown);
  }
  let isClosed = false;
  return {
    shown,
    query: (action, text, values = []) =>
      patiently(action, async () => (await pool.query(text, values as unknown[])).rows),
    transaction: (action, work) => patiently(action, () => once(work)),
    transactionOnce: (action, work) =>
      once(work).catch((error) => {
        throw postgresError(error, action, shown);
      }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await pool.end();
    },
  };
}

/** @throws E_STORE */
export function tooNew(shown: string, version: number, known: number): SamesameError {
  return new SamesameError('E_STORE', {
    what: `the tables at ${shown} were made by a later samesame`,
    expected: `version ${known}`,
    received: `version ${version}`,
    help: 'update samesame: npm install samesame@latest',
  });
}
