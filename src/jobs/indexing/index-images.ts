import { SamesameError } from '../../base/errors.ts';
import { withOneThreadAnImage } from '../../data/pixels/threads.ts';
import type { BadImage } from '../../data/types.ts';
import type { Model } from '../../model/model.ts';
import type { ImageRecord, MeasuredRecall, VectorStore } from '../../search/store/types.ts';
import { noneReadable } from '../bad-images.ts';
import { type PreparedBatch, prepareBatch } from './batch.ts';
import { createBatchSize } from './batch-size.ts';
import { createIdSet, type IdSet } from './id-set.ts';
import { type ListedImage, type ListedRoot, type ListOptions, listRoots } from './listing.ts';
import type { Metadata } from './metadata.ts';

export interface IndexProgress {
  readonly done: number;
  readonly total: number;
  /** Of them embedded, and so not skipped. */
  readonly numEmbedded: number;
}

export interface IndexOptions extends ListOptions {
  /** By absolute path. An image that it does not name gets none; left out, metadata in the store stays as it is. */
  readonly metadata?: ReadonlyMap<string, Metadata>;
  /**
   * Images that are read, embedded and written at a time, and so lost at most by a kill. Default: as many as take about a
   * second, from 512 to 8,192 and at most 64 MiB of pixels: each write of a store costs about the same, however many rows
   * it has.
   */
  readonly batchSize?: number;
  /** Remove rows of an emptied folder, too. Default no: an emptied folder is more often a disk that is not there. */
  readonly allowEmpty?: boolean;
  readonly onProgress?: (event: IndexProgress) => void;
  /** Called after each batch that is in the store for good. */
  readonly onWritten?: (numImages: number) => void;
  readonly signal?: AbortSignal;
}

/** What became of the images, each counted once. */
export interface IndexCounts {
  numEmbedded: number;
  /** Same bytes under another time, label or metadata. */
  numUpdated: number;
  numUnchanged: number;
  /** Rows whose file is gone, or is no image any more. */
  numRemoved: number;
}

export interface IndexResult extends Readonly<IndexCounts> {
  readonly bad: readonly BadImage[];
  /** Folders that could not be looked into; rows below them stay. */
  readonly unreadableFolders: readonly string[];
  /** Rows of the store at the end. */
  readonly numRows: number;
  /** Of the index that searches go by, where the store is large enough for one. */
  readonly recall?: MeasuredRecall;
  readonly seconds: number;
}

/** Images that are looked up in the store at a time: each look costs about the same, too. */
const LOOKED_UP_AT_A_TIME = 8192;
/** Ids that are removed at a time. */
const REMOVED_AT_A_TIME = 1000;

/**
 * Brings a store up to date with folders, files and archives of images: what is new or changed is embedded, what is gone
 * is removed, what is unchanged is skipped. It can be ended at any time and begun again: it goes on where it was.
 * While one batch is embedded the next is decoded and the last is written.
 * @throws E_NOT_FOUND, E_PERMISSION; E_DATA_EMPTY where there is nothing, or where a folder that had images is empty;
 *   E_IMAGES_BAD where none can be read; what the store throws; what `signal` aborts with
 * @example
 * const store = await openStore('photos.store', { identity: storeIdentity(model.config) });
 * await indexImages(model, store, ['photos']); // { numEmbedded: 1200, numUnchanged: 0, numRemoved: 0, … }
 */
export async function indexImages(
  model: Pick<Model, 'config' | 'embed'>,
  store: VectorStore,
  paths: readonly string[],
  options: IndexOptions = {},
): Promise<IndexResult> {
  const startMs = performance.now();
  const roots = await listRoots(paths, options);
  const images = distinct(roots);
  for (const root of roots)
    await checkNotEmptied(root, root.images.length, store, options.allowEmpty === true);
  const { counts, bad } = await indexListed(model, store, images, options);
  const seen = createIdSet();
  for (const { id } of images) seen.add(id);
  counts.numRemoved += await removeMissing(roots, seen, store, options.signal);
  if (bad.length > 0 && bad.length === images.length) throw noneReadable(bad);
  const { numRows, recall } =
    counts.numEmbedded + counts.numUpdated + counts.numRemoved > 0
      ? await store.compact()
      : { numRows: await store.count(), recall: undefined };
  return {
    ...counts,
    bad,
    unreadableFolders: roots.flatMap(({ unreadable }) => unreadable),
    numRows,
    recall,
    seconds: (performance.now() - startMs) / 1000,
  };
}

/** What became of images that were listed. */
export interface IndexedImages extends Pick<PreparedBatch, 'bad' | 'numUnreachable' | 'gone'> {
  readonly counts: IndexCounts;
}

/** Embeds and writes images that are listed already, and removes those of them that are gone. */
export async function indexListed(
  model: Pick<Model, 'config' | 'embed'>,
  store: VectorStore,
  images: readonly ListedImage[],
  { metadata, batchSize, onProgress, onWritten, signal }: IndexOptions,
): Promise<IndexedImages> {
  const counts: IndexCounts = { numEmbedded: 0, numUpdated: 0, numUnchanged: 0, numRemoved: 0 };
  const bad: BadImage[] = [];
  const gone: string[] = [];
  let numUnreachable = 0;
  const size = createBatchSize(model.config, batchSize);
  const lookUp = createLookUp(store, images, Math.max(batchSize ?? 0, LOOKED_UP_AT_A_TIME));
  let numTaken = 0;
  const prepare = (): Promise<PreparedBatch> | undefined => {
    if (numTaken >= images.length) return undefined;
    const start = numTaken;
    const part = images.slice(start, start + size.current());
    numTaken += part.length;
    const prepared = lookUp(start, numTaken).then((held) =>
      prepareBatch(part, { store, held, model, metadata }),
    );
    return heeded(prepared);
  };
  let done = 0;
  async function write(batch: PreparedBatch, vectors: Float32Array): Promise<void> {
    const { fresh, touched, stale } = batch;
    const records = [...fresh, ...touched.records];
    const rows = new Float32Array(vectors.length + touched.vectors.length);
    rows.set(vectors);
    rows.set(touched.vectors, vectors.length);
    await store.upsert({ records, vectors: rows });
    counts.numEmbedded += fresh.length;
    counts.numUpdated += touched.records.length;
    counts.numUnchanged += batch.numUnchanged;
    counts.numRemoved += await store.delete(stale);
    bad.push(...batch.bad);
    gone.push(...batch.gone);
    numUnreachable += batch.numUnreachable;
    done += batch.numImages;
    onWritten?.(records.length);
    onProgress?.({ done, total: images.length, numEmbedded: counts.numEmbedded });
  }

  await withOneThreadAnImage(async () => {
    let writing = Promise.resolve();
    let next = prepare();
    try {
      while (next !== undefined) {
        signal?.throwIfAborted();
        const startMs = performance.now();
        const batch = await next;
        next = prepare();
        const vectors = batch.fresh.length === 0 ? new Float32Array(0) : await model.embed(batch.pixels);
        await writing;
        writing = heeded(write(batch, vectors));
        size.took(batch.numImages, performance.now() - startMs);
      }
    } finally {
      // Whatever happened, what was embedded is written and nothing runs on behind the caller's back.
      await Promise.allSettled([writing, next]);
    }
    await writing;
  });
  return { counts, bad, numUnreachable, gone };
}

/** What the store has of images `start … end − 1`, which are asked for in rising order, each once. */
function createLookUp(store: VectorStore, images: readonly ListedImage[], blockSize: number) {
  let held: ReadonlyMap<string, ImageRecord> = new Map();
  let known = 0;
  let isEmpty: boolean | undefined;
  return async (start: number, end: number): Promise<ReadonlyMap<string, ImageRecord>> => {
    isEmpty ??= (await store.count()) === 0;
    if (isEmpty || end <= known) return held;
    // What is left of the last block belongs to this batch, too.
    known = Math.min(images.length, start + blockSize);
    held = await store.records(images.slice(start, known).map(({ id }) => id));
    return held;
  };
}

/** A promise that is waited for later: until then a failure of it is no stray one. */
function heeded<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Every image once, however often it was named. @throws E_DATA_EMPTY */
function distinct(roots: readonly ListedRoot[]): ListedImage[] {
  const byId = new Map<string, ListedImage>();
  for (const { images } of roots)
    for (const image of images) if (!byId.has(image.id)) byId.set(image.id, image);
  return [...byId.values()];
}

/** An emptied folder is an accident more often than a wish. @throws E_DATA_EMPTY */
export async function checkNotEmptied(
  { path, prefix }: Pick<ListedRoot, 'path' | 'prefix'>,
  numListed: number,
  store: VectorStore,
  allowEmpty: boolean,
): Promise<void> {
  if (numListed > 0) return;
  const numHeld = prefix === undefined ? 0 : await store.count({ pathPrefix: prefix });
  if (numHeld > 0 && allowEmpty) return;
  throw new SamesameError('E_DATA_EMPTY', {
    what: `there is no image in ${path}`,
    expected: 'image files, or folders with images in them (jpg, png, webp, gif, tiff, avif, bmp, ppm)',
    received: numHeld > 0 ? `nothing, where the store has ${numHeld} images` : undefined,
    help:
      numHeld > 0
        ? 'is its disk there? If all of them are gone for good: --allow-empty; nothing was removed'
        : 'check the path',
    details: { path, numHeld },
  });
}

/** Removes rows below the roots that were not listed; those below folders that could not be looked into stay. */
export async function removeMissing(
  roots: readonly Pick<ListedRoot, 'prefix' | 'unreadable'>[],
  seen: Pick<IdSet, 'has'>,
  store: VectorStore,
  signal: AbortSignal | undefined,
): Promise<number> {
  const missing: string[] = [];
  for (const { prefix, unreadable } of roots) {
    if (prefix === undefined) continue;
    for await (const records of store.list({ pathPrefix: prefix })) {
      signal?.throwIfAborted();
      for (const { id, path } of records)
        if (!seen.has(id) && !unreadable.some((folder) => path.startsWith(folder))) missing.push(id);
    }
  }
  let numRemoved = 0;
  for (let start = 0; start < missing.length; start += REMOVED_AT_A_TIME)
    numRemoved += await store.delete(missing.slice(start, start + REMOVED_AT_A_TIME));
  return numRemoved;
}
