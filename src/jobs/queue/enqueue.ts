import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { forEachInParallel } from '../../data/parallel.ts';
import { isS3Address } from '../../data/s3/address.ts';
import { imageId, storedPath } from '../../search/store/identity.ts';
import type { ImageRecord, VectorStore } from '../../search/store/types.ts';
import { createIdSet } from '../indexing/id-set.ts';
import { checkNotEmptied, removeMissing } from '../indexing/index-images.ts';
import { type ListOptions, lazyS3Client } from '../indexing/listing.ts';
import type { Metadata } from '../indexing/metadata.ts';
import type { NamedImage } from '../indexing/sources.ts';
import { finishIfLast } from './claims.ts';
import { createJobWriter } from './job-writer.ts';
import { DEFAULT_LEASE_MS, keepBeating, processName } from './lease.ts';
import { beginRun } from './runs.ts';
import { QUEUES } from './schema.ts';
import { type ImageSource, openSource } from './sources.ts';
import type { Queue } from './types.ts';

export interface ListingProgress {
  readonly numListed: number;
  readonly numSkipped: number;
  readonly numQueued: number;
  /** Whether it waits for workers to take some of the jobs. */
  readonly isFull: boolean;
}

export interface EnqueueOptions extends ListOptions {
  /** As in `IndexOptions`. */
  readonly metadata?: ReadonlyMap<string, Metadata>;
  /**
   * Images a job, and so done again at most by the kill of a worker. Default 256: some seconds of work, next to which
   * taking a job costs little.
   */
  readonly jobSize?: number;
  /** Jobs that may wait for a worker; past it the listing waits. Default 1000. */
  readonly maxWaiting?: number;
  readonly allowEmpty?: boolean;
  readonly leaseMs?: number;
  readonly onProgress?: (event: ListingProgress) => void;
  readonly signal?: AbortSignal;
}

export interface EnqueueResult {
  readonly numListed: number;
  /** As the store has them already, and so not queued. */
  readonly numSkipped: number;
  readonly numQueued: number;
  readonly numJobs: number;
  /** Rows of images that are not listed any more. */
  readonly numRemoved: number;
  readonly unreadableFolders: readonly string[];
}

/** Images that are looked up in the store at a time. */
const BLOCK_SIZE = 8192;
const NUM_STATS = 32;

/**
 * Lists images into jobs for workers: what the store has as it is now is left out, and rows below the paths that are not
 * listed any more are removed. Listed again, what still waits from before is taken back first, so nothing is queued twice.
 * @throws E_QUEUE where another process lists the same; E_NOT_FOUND, E_PERMISSION, E_DATA_EMPTY as `indexImages`; what
 *   queue, store and storage throw; what `signal` aborts with
 */
export async function enqueueImages(
  queue: Queue,
  store: VectorStore,
  paths: readonly string[],
  {
    filesFrom = [],
    s3,
    metadata,
    jobSize = 256,
    maxWaiting = 1000,
    allowEmpty = false,
    leaseMs = DEFAULT_LEASE_MS,
    onProgress,
    signal,
  }: EnqueueOptions = {},
): Promise<EnqueueResult> {
  const client = lazyS3Client(s3);
  const asked = [
    ...paths.map((path) => ({ path, kind: 'path' as const })),
    ...filesFrom.map((path) => ({ path, kind: 'list' as const })),
  ];
  const named = asked.map(({ path }) => (isS3Address(path) || path === '-' ? path : storedPath(path)));
  const run = await beginRun(queue, named, processName(), leaseMs);
  const { model } = store.identity;
  const isEmpty = (await store.count()) === 0;
  const seen = createIdSet();
  const roots: Pick<ImageSource, 'prefix' | 'unreadable'>[] = [];
  let numSkipped = 0;
  const tell = (isFull = false) =>
    onProgress?.({ numListed: seen.size, numSkipped, numQueued: writer.numQueued, isFull });
  const writer = createJobWriter(queue, {
    run,
    model,
    describes: metadata !== undefined,
    jobSize,
    maxWaiting,
    onJob: tell,
    onFull: () => tell(true),
    signal,
  });
  const report = async () => {
    await queue.connection.query(
      'writing to',
      `UPDATE ${QUEUES}.runs SET num_listed = $2, num_skipped = $3, lister_seen_at = now() WHERE id = $1`,
      [run, seen.size, numSkipped],
    );
  };

  let failure: unknown;
  const stopReporting = keepBeating(leaseMs, report, (error) => {
    failure = error;
  });
  try {
    for (const { path, kind } of asked) {
      const source = await openSource(path, kind, client, signal);
      let numImages = 0;
      for await (const block of blocksOf(source.images)) {
        signal?.throwIfAborted();
        if (failure !== undefined) throw failure;
        numImages += block.length;
        const images: NamedImage[] = [];
        for (const image of block) {
          const id = imageId(image.path);
          if (seen.has(id)) continue;
          seen.add(id);
          images.push(
            metadata === undefined ? image : { ...image, metadata: metadata.get(image.path) ?? {} },
          );
        }
        const changed = isEmpty ? images : await changedOf(images, store);
        numSkipped += images.length - changed.length;
        tell();
        await report();
        await writer.add(changed, source.root);
      }
      await writer.flush();
      await checkNotEmptied(source, numImages, store, allowEmpty);
      roots.push({ prefix: source.prefix, unreadable: source.unreadable });
    }
    const numRemoved = await removeMissing(roots, seen, store, signal);
    await report();
    await endListing(queue, run, numRemoved, model);
    return {
      numListed: seen.size,
      numSkipped,
      numQueued: writer.numQueued,
      numJobs: writer.numJobs,
      numRemoved,
      unreadableFolders: roots.flatMap(({ unreadable }) => unreadable),
    };
  } finally {
    await stopReporting();
  }
}

/** Those that the store does not have as they are now, by size, time, label and metadata. */
async function changedOf(images: readonly NamedImage[], store: VectorStore): Promise<NamedImage[]> {
  const held = await store.records(images.map(({ path }) => imageId(path)));
  const isChanged = new Array<boolean>(images.length);
  await forEachInParallel(images.length, NUM_STATS, async (i) => {
    isChanged[i] = !(await isAsHeld(images[i], held.get(imageId(images[i].path))));
  });
  return images.filter((_, i) => isChanged[i]);
}

async function isAsHeld(image: NamedImage, held: ImageRecord | undefined): Promise<boolean> {
  if (held === undefined || held.label !== image.label) return false;
  if (image.metadata !== undefined && !isDeepStrictEqual(held.metadata, image.metadata)) return false;
  if (isS3Address(image.path))
    return held.sizeBytes === image.sizeBytes && held.modifiedMs === image.modifiedMs;
  // What cannot be looked at here is for a worker to find out.
  const found = await stat(image.path).catch(() => undefined);
  return held.sizeBytes === found?.size && held.modifiedMs === Math.trunc(found.mtimeMs);
}

async function* blocksOf(
  images: AsyncIterable<NamedImage> | Iterable<NamedImage>,
): AsyncGenerator<NamedImage[]> {
  let block: NamedImage[] = [];
  for await (const image of images) {
    block.push(image);
    if (block.length < BLOCK_SIZE) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

async function endListing(queue: Queue, run: string, numRemoved: number, model: string): Promise<void> {
  await queue.connection.transaction('ending a listing in', async (client) => {
    await client.query(
      `UPDATE ${QUEUES}.runs SET listed_at = now(), num_removed = num_removed + $2
       WHERE id = $1 AND listed_at IS NULL`,
      [run, numRemoved],
    );
    await finishIfLast(queue, client, run, model);
  });
}
