import { randomUUID } from 'node:crypto';
import { SamesameError } from '../../base/errors.ts';
import { identityConflict, parseIdentity } from '../../search/store/identity.ts';
import { type ConnectionOptions, connect } from '../../search/store/postgres/connection.ts';
import type { StoreIdentity, VectorStore } from '../../search/store/types.ts';
import { parseQueueAddress } from './address.ts';
import { JOBS, migrate, QUEUES } from './schema.ts';
import type { Queue, QueueFacts } from './types.ts';

/** Longest that pg-boss lets a job be in hand; who still has one is told by leases, which end much sooner. */
const EXPIRE_HOURS = 23;
/** How long a job may wait for a worker. */
const RETENTION_DAYS = 365;

export interface QueueOptions extends ConnectionOptions {
  /** Seconds until a job that failed is begun again, doubled with each time. Default 5. */
  readonly retryDelay?: number;
  /** How often a job that failed is begun again before it is set aside. Default 4. */
  readonly retryLimit?: number;
}

/**
 * Connects to the database of a queue and makes the tables, where they are not there.
 * @throws E_CONFIG, E_CONNECTION, E_PERMISSION, E_NOT_FOUND for a database that does not exist
 */
export async function openQueue(
  address: string,
  { retryDelay = 5, retryLimit = 4, ...options }: QueueOptions = {},
): Promise<Queue> {
  const { queue: name, shown, connectionString } = parseQueueAddress(address);
  const connection = await connect({ connectionString, shown }, { action: 'opening the queue', ...options });
  try {
    const { default: PgBoss } = await import('pg-boss');
    const boss = new PgBoss({
      schema: JOBS,
      // What was lost is found by leases, and what is done is deleted: there is nothing left to look after.
      supervise: false,
      schedule: false,
      db: {
        executeSql: async (text, values) => ({
          rows: await connection.query('using the queue', text, values),
        }),
      },
    });
    boss.on('error', () => {});
    await migrate(connection, async () => {
      await boss.start();
      await boss.createQueue(name, {
        name,
        policy: 'standard',
        retryLimit,
        retryDelay,
        retryBackoff: retryDelay > 0,
        expireInHours: EXPIRE_HOURS,
        retentionDays: RETENTION_DAYS,
      });
    });
    return { name, shown, connection, boss, close: connection.close };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** What the jobs of a queue are for; undefined where nobody has listed anything yet. */
export async function readFacts({ connection, name, shown }: Queue): Promise<QueueFacts | undefined> {
  const rows = await connection.query(
    'reading the queue',
    `SELECT identity, store_id, store_name FROM ${QUEUES}.queues WHERE name = $1`,
    [name],
  );
  if (rows.length === 0) return undefined;
  const { identity, store_id: storeId, store_name: storeName } = rows[0];
  return { identity: parseIdentity(shown, identity), storeId, storeName };
}

/** As `readFacts`. @throws E_NOT_FOUND */
export async function requireFacts(queue: Queue): Promise<QueueFacts> {
  const facts = await readFacts(queue);
  if (facts !== undefined) return facts;
  throw new SamesameError('E_NOT_FOUND', {
    what: `there is no queue ${queue.shown}`,
    expected: 'a queue that samesame index made',
    help: 'list images first: samesame index MODEL PHOTOS --queue postgres://…',
  });
}

/**
 * Makes a queue one for this store and its model, where it is none yet.
 * @throws E_QUEUE where it is for another model or another store
 */
export async function dedicate(queue: Queue, store: VectorStore): Promise<void> {
  const storeId = await identify(store);
  await queue.connection.query(
    'making the queue',
    `INSERT INTO ${QUEUES}.queues (name, identity, store_id, store_name) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO NOTHING`,
    [queue.name, JSON.stringify(store.identity), storeId, store.name],
  );
  await checkDedicated(queue, store, store.identity);
}

/**
 * Whether a queue's jobs are for this store and the model of this identity.
 * @throws E_NOT_FOUND where nothing was listed yet; E_QUEUE naming both models, or both stores
 */
export async function checkDedicated(queue: Queue, store: VectorStore, asked: StoreIdentity): Promise<void> {
  const { shown } = queue;
  const { identity, storeId, storeName } = await requireFacts(queue);
  const help =
    'use that one, or another queue: --queue postgres://…?queue=NAME; samesame queue remove forgets a queue';
  const conflict = identityConflict(identity, asked);
  if (conflict !== undefined)
    throw new SamesameError('E_QUEUE', {
      ...conflict,
      what: `the queue ${shown} has jobs for another model`,
      help,
    });
  const found = (await store.readNotes()).storeId;
  if (found === storeId) return;
  throw new SamesameError('E_QUEUE', {
    what: `the queue ${shown} has jobs for another store`,
    expected: storeName,
    received: store.name,
    help,
    details: { expected: storeId, received: found },
  });
}

/** A name of the store that is the same from every machine. */
async function identify(store: VectorStore): Promise<string> {
  const notes = await store.readNotes();
  if (notes.storeId !== undefined) return notes.storeId;
  await store.writeNotes({ ...notes, storeId: randomUUID() });
  return (await store.readNotes()).storeId;
}
