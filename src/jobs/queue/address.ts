import { SamesameError } from '../../base/errors.ts';
import { isPostgresAddress } from '../../search/store/open.ts';

/** Where a queue lies. */
export interface QueueAddress {
  /** For the driver: without our own `queue` and `store`. */
  readonly connectionString: string;
  /** Name of the queue in its database: several fit into one. */
  readonly queue: string;
  /** The address without its password, for people. */
  readonly shown: string;
  /** Address of a store in the same database, where no other is named. */
  readonly store: string;
}

const DEFAULT_QUEUE = 'images';

/**
 * `postgres://user:password@host:5432/database?queue=photos`, read. A `store=name` in it names the store in the same database.
 * @throws E_CONFIG
 */
export function parseQueueAddress(address: string): QueueAddress {
  if (!isPostgresAddress(address) || !URL.canParse(address)) {
    throw new SamesameError('E_CONFIG', {
      what: 'this address of a queue cannot be read',
      expected: 'postgres://user:password@host:5432/database?queue=photos',
      received: isPostgresAddress(address) ? undefined : JSON.stringify(address),
      help: 'characters like @ / # ? in a password are written %40 %2F %23 %3F',
    });
  }
  const url = new URL(address);
  const queue = checkQueueName(url.searchParams.get('queue') ?? DEFAULT_QUEUE);
  url.searchParams.delete('queue');
  const store = url.toString();
  url.searchParams.delete('store');
  const connectionString = url.toString();
  if (url.password !== '') url.password = '…';
  url.searchParams.set('queue', queue);
  return { connectionString, queue, store, shown: decodeURIComponent(url.toString()) };
}

function checkQueueName(name: string): string {
  if (/^[a-z][a-z0-9_]{0,39}$/.test(name)) return name;
  throw new SamesameError('E_CONFIG', {
    what: 'this is no name of a queue',
    expected: 'a small letter, then up to 39 small letters, digits or _',
    received: JSON.stringify(name),
    details: { option: 'queue' },
  });
}
