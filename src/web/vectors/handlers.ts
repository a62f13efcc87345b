import { SamesameError } from '../../base/errors.ts';
import type { VectorHandlers } from '../handlers.ts';
import type { Handle } from '../messages.ts';
import { type OpenedStore, openStore, removeStore } from './opened-store.ts';

/** What the worker can be asked about stores of vectors. */
export function createVectorHandlers(): VectorHandlers {
  const stores = new Map<Handle, OpenedStore>();
  let nextHandle = 1;
  const find = (handle: Handle): OpenedStore => {
    const store = stores.get(handle);
    if (store !== undefined) return store;
    throw new SamesameError('E_CONFIG', { what: 'this store was closed', help: 'open it again' });
  };
  return {
    async openVectors({ name, identity }) {
      const store = await openStore(name, identity);
      const handle = nextHandle++;
      stores.set(handle, store);
      return { handle };
    },
    writeRows: async ({ handle, items, vectors, replace }, { signal }) =>
      find(handle).write(items, vectors, { replace, signal }),
    deleteRows: async ({ handle, ids }) => find(handle).remove(ids),
    getRows: async ({ handle, ids }) => find(handle).get(ids),
    countRows: async ({ handle, filter }) => find(handle).count(filter),
    searchRows: async ({ handle, vector, k, filter }, { signal }) =>
      find(handle).search(vector, { k, filter, signal }),
    clearRows: async ({ handle }) => find(handle).clear(),
    exportRows: async ({ handle }) => find(handle).encode(),
    importRows: async ({ handle, file }) => find(handle).decode(file),
    async closeVectors({ handle }) {
      stores.delete(handle);
    },
    deleteVectors: ({ name }) => removeStore(name),
  };
}
