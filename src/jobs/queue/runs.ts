import { createHash, randomUUID } from 'node:crypto';
import { SamesameError } from '../../base/errors.ts';
import { within } from './claims.ts';
import { mayBeAlive } from './lease.ts';
import { JOBS, QUEUES } from './schema.ts';
import type { Queue } from './types.ts';

/** Names what is listed: the same paths again are the same listing. */
export function listingId(paths: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...paths].sort()))
    .digest('hex');
}

/**
 * Begins a listing anew: what an earlier run of it left waiting is taken back, because it is about to be listed again.
 * Jobs that are in hand stay there.
 * @returns the run
 * @throws E_QUEUE naming the process that lists the same at the moment
 */
export async function beginRun(
  { boss, connection, name, shown }: Queue,
  paths: readonly string[],
  lister: string,
  leaseMs: number,
): Promise<string> {
  const run = randomUUID();
  const listing = listingId(paths);
  await connection.transaction('beginning a listing in', async (client) => {
    await client.query(`SELECT 1 FROM ${QUEUES}.queues WHERE name = $1 FOR UPDATE`, [name]);
    const { rows: former } = await client.query(
      `SELECT id, lister, listed_at IS NULL AND lister_seen_at > now() - $3 * interval '1 ms' AS is_alive
       FROM ${QUEUES}.runs WHERE queue = $1 AND listing = $2`,
      [name, listing, leaseMs],
    );
    for (const { id, lister: other, is_alive: isAlive } of former) {
      if (id === run) return; // begun already; only the answer was lost
      if (isAlive && mayBeAlive(other)) throw alreadyListed(shown, paths, other);
      const { rows: waiting } = await client.query(
        `SELECT id FROM ${JOBS}.job WHERE name = $1 AND singleton_key = $2 AND state <> 'active'`,
        [name, id],
      );
      if (waiting.length > 0)
        await boss.deleteJob(
          name,
          waiting.map((job) => job.id),
          within(client),
        );
      await client.query(`DELETE FROM ${QUEUES}.runs WHERE id = $1`, [id]);
    }
    await client.query(
      `INSERT INTO ${QUEUES}.runs (id, queue, listing, paths, lister) VALUES ($1, $2, $3, $4, $5)`,
      [run, name, listing, JSON.stringify(paths), lister],
    );
  });
  return run;
}

function alreadyListed(shown: string, paths: readonly string[], lister: string): SamesameError {
  return new SamesameError('E_QUEUE', {
    what: `${paths.join(', ')} is being listed already for the queue ${shown}`,
    expected: 'one process at a time that lists the same',
    received: lister,
    help: 'let it go on, and see how far it is: samesame queue status --queue …; one that was killed is forgotten after a minute',
    details: { lister },
  });
}
