import { SamesameError } from '../base/errors.ts';
import { parseQueueAddress } from '../jobs/queue/address.ts';
import { isPostgresAddress } from '../search/store/open.ts';

export const QUEUE_FLAG = [
  '--queue <address>',
  'postgres://user:password@host/database?queue=name: where the jobs are',
] as const;

/**
 * The store that jobs of a queue write to: the one that is named, else one in the queue's own database.
 * @throws E_USAGE for a folder, which only one process may write to
 */
export function storeOfQueue(queue: string, store: string | undefined): string {
  const { store: beside } = parseQueueAddress(queue);
  if (store === undefined) return beside;
  if (isPostgresAddress(store)) return store;
  throw new SamesameError('E_USAGE', {
    what: 'workers cannot share a store in a folder',
    expected: '--store postgres://…, which many may write to, or none: the database of the queue',
    received: store,
    details: { option: 'store' },
  });
}
