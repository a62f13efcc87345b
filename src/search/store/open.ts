import type { StoreIdentity, VectorStore } from './types.ts';
import { createVectorStore, type VectorStoreOptions } from './vector-store.ts';

export interface OpenStoreOptions extends VectorStoreOptions {
  /**
   * What the store has to hold; a store that is not there yet is made for it. Without it a store is only opened where
   * there is one, whatever model it is of.
   */
  readonly identity?: StoreIdentity;
  /**
   * Of a store in a folder: milliseconds after its last write from which this process lets others write. Default: until
   * the store is closed, so that a job is not broken into; a service, which may not be closed for weeks, lets go.
   */
  readonly writerIdleMs?: number;
  /** Told once when a database cannot be reached and is waited for, and again when it is back. */
  readonly onWait?: (message: string) => void;
  /** How long a database that cannot be reached is waited for. Default 5 minutes: a restart, not an outage. */
  readonly patienceMs?: number;
}

/** Whether a store's address is a Postgres database. */
export function isPostgresAddress(address: string): boolean {
  return /^postgres(ql)?:\/\//.test(address);
}

/**
 * Opens a store by its address: a folder (LanceDB), or `postgres://user:password@host/database?store=name`.
 * The engine's driver is loaded here and not before.
 * @throws E_NOT_FOUND where there is none and `identity` is not given; E_STORE where it holds another model's embeddings;
 *   E_CONNECTION, E_PERMISSION, E_IO
 * @example
 * const store = await openStore('photos.store', { identity: storeIdentity(model.config) });
 * const { answers } = await store.search(await model.embedFile('query.jpg'), { k: 10 });
 * answers[0].neighbours[0].record.path;
 */
export async function openStore(address: string, options: OpenStoreOptions = {}): Promise<VectorStore> {
  if (isPostgresAddress(address)) {
    const { openPostgresEngine } = await import('./postgres/engine.ts');
    return createVectorStore(await openPostgresEngine(address, options), options);
  }
  const { openLanceEngine } = await import('./lance/engine.ts');
  return createVectorStore(await openLanceEngine(address, options.identity, options.writerIdleMs), options);
}
