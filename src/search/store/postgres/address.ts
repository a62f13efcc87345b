import { SamesameError } from '../../../base/errors.ts';

/** Where a store in Postgres lies. */
export interface PostgresAddress {
  /** For the driver: without our own `store`. */
  readonly connectionString: string;
  /** Name of the store in its database: several fit into one. */
  readonly store: string;
  /** The address without its password, for people. */
  readonly shown: string;
}

const DEFAULT_STORE = 'images';

/**
 * `postgres://user:password@host:5432/database?store=photos`, read.
 * @throws E_CONFIG
 */
export function parseAddress(address: string): PostgresAddress {
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new SamesameError('E_CONFIG', {
      what: 'this address of a Postgres database cannot be read',
      expected: 'postgres://user:password@host:5432/database?store=photos',
      help: 'characters like @ / # ? in a password are written %40 %2F %23 %3F',
      cause,
    });
  }
  const store = checkStoreName(url.searchParams.get('store') ?? DEFAULT_STORE);
  url.searchParams.delete('store');
  const connectionString = url.toString();
  if (url.password !== '') url.password = '…';
  url.searchParams.set('store', store);
  return { connectionString, store, shown: decodeURIComponent(url.toString()) };
}

/** A name that can be part of a table's. @throws E_CONFIG */
export function checkStoreName(name: string): string {
  if (/^[a-z][a-z0-9_]{0,39}$/.test(name)) return name;
  throw new SamesameError('E_CONFIG', {
    what: 'this is no name of a store in Postgres',
    expected: 'a small letter, then up to 39 small letters, digits or _',
    received: JSON.stringify(name),
    details: { option: 'store' },
  });
}
