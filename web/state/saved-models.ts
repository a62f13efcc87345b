import { createStore } from './store.ts';

/** A model that was taught on this device, as the list shows it. */
export interface SavedModel {
  readonly id: number;
  readonly name: string;
  /** ISO 8601. */
  readonly savedAt: string;
}

interface Row extends Omit<SavedModel, 'id'> {
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const DATABASE = 'samesame-models';
const TABLE = 'models';

/** Those of this browser, the newest first. Empty where it keeps nothing, as in private windows. */
export const savedModels = createStore<readonly SavedModel[]>([]);

/** Keeps a model for later visits; false where the browser keeps nothing. */
export async function saveModel(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  const row: Row = { name, savedAt: new Date().toISOString(), files };
  const isKept = await inTable('readwrite', (table) => table.add(row)).then(
    () => true,
    () => false,
  );
  await listSavedModels();
  return isKept;
}

/** Reads the list anew. */
export async function listSavedModels(): Promise<readonly SavedModel[]> {
  const rows = await inTable('readonly', (table) => table.getAll() as IDBRequest<(Row & SavedModel)[]>).catch(
    () => [],
  );
  const list = rows.map(({ id, name, savedAt }) => ({ id, name, savedAt })).toReversed();
  savedModels.set(list);
  return list;
}

/** The files of a model of the list. @throws where it is gone */
export async function loadSavedModel(id: number): Promise<ReadonlyMap<string, Uint8Array>> {
  const row = await inTable('readonly', (table) => table.get(id) as IDBRequest<Row>);
  return row.files;
}

export async function removeSavedModel(id: number): Promise<void> {
  await inTable('readwrite', (table) => table.delete(id));
  await listSavedModels();
}

async function inTable<T>(
  mode: IDBTransactionMode,
  run: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(TABLE, mode);
    const result = await settled(run(transaction.objectStore(TABLE)));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    return result;
  } finally {
    database.close();
  }
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () =>
    request.result.createObjectStore(TABLE, { keyPath: 'id', autoIncrement: true });
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
