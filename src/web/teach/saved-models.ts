/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import { compareNames } from '../../data/order.ts';
import type { TaughtModel, TeachSummary } from './types.ts';
import { zipModel } from './zip-model.ts';

/** A model that is kept in this browser, without its files. */
export interface SavedModel {
  readonly name: string;
  /** ISO 8601. */
  readonly savedAt: string;
  readonly sizeBytes: number;
  readonly summary: TeachSummary;
}

const DATABASE = 'samesame-models';
const VERSION = 1;
/** `SavedModel` and files by name, apart, so that a list reads no weights. */
const ABOUT = 'about';
const FILES = 'files';

/**
 * Keeps a model in this browser's IndexedDB for this page's origin, under a name; one that was there is replaced. It
 * survives a reload, and goes when the person clears the site's data.
 * @throws E_CONFIG for an empty name, E_DISK_FULL where the browser gives no more room, E_STORE where it keeps nothing
 */
export async function saveModel(
  name: string,
  { files, summary }: Pick<TaughtModel, 'files' | 'summary'>,
): Promise<SavedModel> {
  if (name.trim() === '') {
    throw new SamesameError('E_CONFIG', {
      what: 'a model is kept under a name',
      expected: 'a name, such as mugs',
      received: 'an empty one',
      details: { option: 'name' },
    });
  }
  const sizeBytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const about: SavedModel = { name, savedAt: new Date().toISOString(), sizeBytes, summary };
  await inDatabase('readwrite', `keeping the model ${name} in this browser`, async (store) => {
    store(ABOUT).put(about, name);
    store(FILES).put(files, name);
  });
  return about;
}

/** The models that are kept here, by name. @throws E_STORE */
export async function listModels(): Promise<SavedModel[]> {
  const models = await inDatabase('readonly', 'listing the models in this browser', (store) =>
    answerOf<SavedModel[]>(store(ABOUT).getAll()),
  );
  return models.sort((a, b) => compareNames(a.name, b.name));
}

/** A kept model as it was taught: `openModel` takes its files. @throws E_NOT_FOUND, E_STORE */
export async function loadModel(name: string): Promise<TaughtModel> {
  const [about, files] = await inDatabase('readonly', `reading the model ${name}`, (store) =>
    Promise.all([
      answerOf<SavedModel | undefined>(store(ABOUT).get(name)),
      answerOf<TaughtModel['files'] | undefined>(store(FILES).get(name)),
    ]),
  );
  if (about === undefined || files === undefined) throw notKept(name);
  return { files, summary: about.summary, toZip: () => zipModel(files) };
}

/** @throws E_NOT_FOUND, E_STORE */
export async function removeModel(name: string): Promise<void> {
  const isThere = await inDatabase('readwrite', `removing the model ${name}`, async (store) => {
    const key = await answerOf(store(ABOUT).getKey(name));
    store(ABOUT).delete(name);
    store(FILES).delete(name);
    return key !== undefined;
  });
  if (!isThere) throw notKept(name);
}

/** All that `work` does, or nothing. What it asks for is asked for at once: a transaction ends when nothing is. */
async function inDatabase<T>(
  mode: 'readonly' | 'readwrite',
  action: string,
  work: (store: (name: string) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  let database: IDBDatabase | undefined;
  try {
    database = await openDatabase();
    const transaction = database.transaction([ABOUT, FILES], mode, { durability: 'strict' });
    const over = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const [result] = await Promise.all([work((name) => transaction.objectStore(name)), over]);
    return result;
  } catch (cause) {
    throw storeError(action, cause);
  } finally {
    database?.close();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    if (globalThis.indexedDB === undefined) throw new Error('this browser has no IndexedDB');
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ABOUT);
      request.result.createObjectStore(FILES);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function storeError(action: string, cause: unknown): SamesameError {
  const isFull = (cause as DOMException | null)?.name === 'QuotaExceededError';
  return new SamesameError(isFull ? 'E_DISK_FULL' : 'E_STORE', {
    what: `${action} failed`,
    received: String(cause),
    help: isFull
      ? 'the browser gives this site no more room: remove other models, or download this one'
      : 'private windows and browsers that are told to keep nothing keep no models; download it instead',
    cause,
  });
}

function notKept(name: string): SamesameError {
  return new SamesameError('E_NOT_FOUND', {
    what: `no model called ${name} is kept in this browser`,
    help: 'models are kept by browser and by site: see the list of those that are here',
  });
}
