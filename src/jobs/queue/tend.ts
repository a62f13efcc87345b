import { SamesameError } from '../../base/errors.ts';
import { within } from './claims.ts';
import { DEFAULT_LEASE_MS } from './lease.ts';
import { requireFacts } from './open.ts';
import { JOBS, QUEUES } from './schema.ts';
import type { JobData, Queue } from './types.ts';

/** Puts jobs that were set aside back into the queue, as if they had never failed. @returns how many */
export async function retryFailed(queue: Queue): Promise<number> {
  await requireFacts(queue);
  const { boss, connection, name } = queue;
  return connection.transaction('putting back jobs of', async (client) => {
    const { rows } = await client.query(
      `SELECT id, data FROM ${JOBS}.job WHERE name = $1 AND state = 'failed' FOR UPDATE`,
      [name],
    );
    if (rows.length === 0) return 0;
    const jobs = rows.map(({ data }) => ({ name, data, singletonKey: (data as JobData).run }));
    await boss.deleteJob(
      name,
      rows.map(({ id }) => id),
      within(client),
    );
    await boss.insert(jobs, within(client));
    await client.query(
      `UPDATE ${QUEUES}.runs SET finished_at = NULL, is_tidying = false WHERE id = ANY($1::uuid[])`,
      [[...new Set(jobs.map(({ singletonKey }) => singletonKey))]],
    );
    return rows.length;
  });
}

/**
 * Forgets a queue: its jobs, what it is for, and how far it was. The store keeps what it has.
 * @throws E_QUEUE while workers are at it
 */
export async function removeQueue(queue: Queue, leaseMs = DEFAULT_LEASE_MS): Promise<void> {
  await requireFacts(queue);
  const { boss, connection, name, shown } = queue;
  const workers = await connection.query(
    'reading the queue',
    `SELECT name FROM ${QUEUES}.workers WHERE queue = $1 AND seen_at > now() - $2 * interval '1 ms'`,
    [name, leaseMs],
  );
  if (workers.length > 0) {
    throw new SamesameError('E_QUEUE', {
      what: `the queue ${shown} has workers`,
      expected: 'none',
      received: workers.map((worker) => worker.name).join(', '),
      help: 'stop them first; one that was killed is forgotten after a minute',
    });
  }
  await boss.deleteQueue(name);
  await connection.query('removing the queue', `DELETE FROM ${QUEUES}.queues WHERE name = $1`, [name]);
}
