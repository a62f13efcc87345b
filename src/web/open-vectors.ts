/// <reference lib="dom" />
import { checkOptionNames } from '../base/suggest.ts';
import { connect } from './connection.ts';
import type { WorkerOptions } from './types.ts';
import type { OpenVectorsOptions, WebVectors } from './vectors/types.ts';

const OPTION_NAMES = ['embeddingSize', 'modelFingerprint', 'distance', 'workerUrl'];

/**
 * Opens the store of that name, or makes it: up to 100,000 embeddings of one model, in this browser's IndexedDB for this
 * page's origin. They survive a reload, and go when the person clears the site's data.
 * @throws E_STORE where the store holds another model's embeddings, or the browser keeps nothing (a private window);
 *   E_CONFIG for options out of range
 * @example
 * const { embeddingSize, fingerprint } = model.info;
 * const store = await openVectors('mugs', { embeddingSize, modelFingerprint: fingerprint });
 * await store.upsert([{ id: 'a.jpg' }], await model.embed([file]));
 * const [nearest] = await store.search(vector, { k: 1 });
 */
export async function openVectors(name: string, options: OpenVectorsOptions): Promise<WebVectors> {
  checkOptionNames('openVectors', options, OPTION_NAMES);
  const { embeddingSize, modelFingerprint, distance = 'euclidean', workerUrl } = options;
  const connection = connect(workerUrl);
  const identity = { model: modelFingerprint, distance, embeddingSize };
  const { handle } = await connection.call('openVectors', { name, identity }).catch((error) => {
    connection.release();
    throw error;
  });
  const { call } = connection;
  return {
    name,
    add: (items, vectors, options) => call('writeRows', { handle, items, vectors, replace: false }, options),
    upsert: (items, vectors, options) =>
      call('writeRows', { handle, items, vectors, replace: true }, options),
    delete: (ids) => call('deleteRows', { handle, ids }),
    get: (ids) => call('getRows', { handle, ids }),
    count: (filter) => call('countRows', { handle, filter }),
    search: (vector, { k, filter, signal }) => call('searchRows', { handle, vector, k, filter }, { signal }),
    clear: () => call('clearRows', { handle }),
    export: () => call('exportRows', { handle }),
    import: (file) => call('importRows', { handle, file }),
    async close() {
      await call('closeVectors', { handle }).catch(() => {});
      connection.release();
    },
  };
}

/**
 * Removes the store of that name with all that it holds, whichever model it is of. A name that is not there is passed over.
 * @throws E_STORE
 */
export async function deleteVectors(name: string, { workerUrl }: WorkerOptions = {}): Promise<void> {
  const connection = connect(workerUrl);
  try {
    await connection.call('deleteVectors', { name });
  } finally {
    connection.release();
  }
}
