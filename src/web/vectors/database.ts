/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import type { StoreIdentity } from '../../search/store/types.ts';
import type { StoredItem } from './types.ts';

/** What a store is, kept beside its rows. */
export interface Header {
  readonly identity: StoreIdentity;
  readonly numRows: number;
  /** Goes up with each change, by whichever tab. */
  readonly revision: number;
}

/** Rows that are kept together. */
export interface Block {
  readonly items: readonly StoredItem[];
  /** float32 `[items.length, D]`. */
  readonly vectors: Float32Array;
}

const DATABASE = 'samesame-vectors';
const VERSION = 1;
/** Headers by the store's name; blocks by name and number. */
const HEADERS = 'headers';
const BLOCKS = 'blocks';

let opening: Promise<IDBDatabase> | undefined;

/** The one database of this origin. @throws E_STORE where the browser keeps none */
function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((resolve, reject) => {
    if (globalThis.indexedDB === undefined) throw new Error('this browser has no IndexedDB');
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(HEADERS);
      request.result.createObjectStore(BLOCKS);
    };
    request.onsuccess = () => {
      const forget = () => {
        opening = undefined;
      };
      request.result.onclose = forget;
      // Another tab wants to change or delete the database.
      request.result.onversionchange = () => {
        request.result.close();
        forget();
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  }).catch((cause) => {
    opening = undefined;
    throw storeError('opening the browser’s database failed', cause);
  });
  return opening;
}

/** What may be done inside one transaction. Everything is asked for at once: a transaction ends when nothing is. */
export interface Transaction {
  readHeader(): Promise<Header | undefined>;
  readBlocks(numRows: number, blockSize: number): Promise<Block[]>;
  writeHeader(header: Header): void;
  writeBlock(number: number, block: Block): void;
  /** Blocks from a number on. */
  deleteBlocks(from: number): void;
  deleteHeader(): void;
}

/**
 * Runs something over one store of the database: all of it or nothing is kept.
 * @throws E_DISK_FULL where the browser gives no more room, E_STORE; what `signal` aborts with; what `work` throws
 */
export async function withStore<T>(
  name: string,
  mode: 'readonly' | 'readwrite',
  work: (transaction: Transaction) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const database = await open();
  signal?.throwIfAborted();
  // Strict: when it is over, it is kept, whatever happens to the machine.
  const transaction = database.transaction([HEADERS, BLOCKS], mode, { durability: 'strict' });
  const [headers, blocks] = [transaction.objectStore(HEADERS), transaction.objectStore(BLOCKS)];
  const over = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? signal?.reason);
  });
  const abort = () => transaction.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const result = await work({
      readHeader: () => answerOf(headers.get(name)),
      readBlocks: (numRows, blockSize) => {
        const last = Math.ceil(numRows / blockSize) - 1;
        if (last < 0) return Promise.resolve([]);
        return answerOf(blocks.getAll(IDBKeyRange.bound([name, 0], [name, last])));
      },
      writeHeader: (header) => headers.put(header, name),
      writeBlock: (number, block) => blocks.put(block, [name, number]),
      deleteBlocks: (from) =>
        blocks.delete(IDBKeyRange.bound([name, from], [name, Number.POSITIVE_INFINITY])),
      deleteHeader: () => headers.delete(name),
    });
    await over;
    return result;
  } catch (cause) {
    over.catch(() => {});
    try {
      transaction.abort();
    } catch {
      // It is over already.
    }
    signal?.throwIfAborted();
    throw cause instanceof SamesameError
      ? cause
      : storeError(`the store ${name} could not be read or written`, cause);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function storeError(what: string, cause: unknown): SamesameError {
  const name = (cause as DOMException | undefined)?.name;
  const received =
    cause instanceof Error || cause instanceof DOMException ? `${name}: ${cause.message}` : String(cause);
  if (name === 'QuotaExceededError') {
    return new SamesameError('E_DISK_FULL', {
      what,
      received,
      help: 'the browser gives this site no more room: delete rows or other stores, or free some of the disk; nothing of this change was kept',
      cause,
    });
  }
  return new SamesameError('E_STORE', {
    what,
    received,
    help: 'private windows and browsers that are told to keep nothing have no store',
    cause,
  });
}
