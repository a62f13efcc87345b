import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { SamesameError } from '../../base/errors.ts';
import { hashOfPixels, readContent } from '../../data/features/contents.ts';
import { contentHash } from '../../data/features/keys.ts';
import { forEachInParallel } from '../../data/parallel.ts';
import { reasonOf } from '../../data/pixels/bad.ts';
import { decodeOne, readyPixels } from '../../data/pixels/decode-one.ts';
import { NUM_DECODES } from '../../data/pixels/threads.ts';
import type { BadImage } from '../../data/types.ts';
import type { Model } from '../../model/model.ts';
import type { ImageRecord, ImageRows, VectorStore } from '../../search/store/types.ts';
import type { ListedImage } from './listing.ts';
import type { Metadata } from './metadata.ts';

/** What a batch of images needs: some to be embedded, some only to be written down anew. */
export interface PreparedBatch {
  readonly numImages: number;
  readonly fresh: readonly ImageRecord[];
  /** uint8 `[fresh.length, H, W, C]`. */
  readonly pixels: Uint8Array;
  /** Same content as before under another time, label or metadata: with the embeddings that they had. */
  readonly touched: ImageRows;
  readonly numUnchanged: number;
  /** Rows of images that are no images any more, or are gone. */
  readonly stale: readonly string[];
  /** Could not be read just now; what the store has of them stays. */
  readonly bad: readonly BadImage[];
  /** Of them those whose bytes could not even be had: no permission, no disk, no network. */
  readonly numUnreachable: number;
  /** Paths of images that were not there (any more). */
  readonly gone: readonly string[];
}

const LOOKED_AT_IN_A_ROW = 256;

interface Sources {
  readonly store: VectorStore;
  /** Records that the store has of these images, by id. */
  readonly held: ReadonlyMap<string, ImageRecord>;
  readonly model: Pick<Model, 'config'>;
  readonly metadata: ReadonlyMap<string, Metadata> | undefined;
}

/**
 * Finds out what of a batch is new, reading no file whose size and time are those in the store, and decoding none whose
 * bytes are. A file that changes or goes while it is looked at is no failure.
 */
export async function prepareBatch(
  images: readonly ListedImage[],
  { store, held, model, metadata }: Sources,
): Promise<PreparedBatch> {
  const { input } = model.config;
  const imageBytes = input.height * input.width * input.channels;
  const pixels = new Uint8Array(images.length * imageBytes);
  const results = new Array<Outcome>(images.length);
  const toRead: number[] = [];
  for (const [i, image] of images.entries()) {
    // Nothing here waits for a disk: without a pause all else would wait for it.
    if (i % LOOKED_AT_IN_A_ROW === 0) await setImmediate();
    const outcome = held.has(image.id)
      ? undefined
      : newInMemory(image, model, store.identity.model, metadata);
    if (outcome === undefined) toRead.push(i);
    else results[i] = outcome;
  }
  await forEachInParallel(toRead.length, NUM_DECODES, async (n) => {
    const i = toRead[n];
    const former = held.get(images[i].id);
    results[i] = await lookAt(images[i], former, model, store.identity.model, metadata);
  });

  const fresh: ImageRecord[] = [];
  const touched: ImageRecord[] = [];
  const stale: string[] = [];
  const bad: BadImage[] = [];
  const gone: string[] = [];
  let numUnchanged = 0;
  let numUnreachable = 0;
  for (const [i, outcome] of results.entries()) {
    if (outcome.kind === 'unchanged') numUnchanged++;
    else if (outcome.kind === 'touched') touched.push(outcome.record);
    else if (outcome.kind === 'fresh')
      pixels.set(outcome.pixels, (fresh.push(outcome.record) - 1) * imageBytes);
    else {
      if (outcome.reason === undefined) gone.push(images[i].path);
      else bad.push({ id: images[i].path, reason: outcome.reason });
      if (!outcome.isStale) numUnreachable++;
      if (outcome.isStale && held.has(images[i].id)) stale.push(images[i].id);
    }
  }
  const { vectors } = await store.get(touched.map(({ id }) => id));
  return {
    numImages: images.length,
    fresh,
    pixels: pixels.subarray(0, fresh.length * imageBytes),
    touched: { records: touched, vectors },
    numUnchanged,
    stale,
    bad,
    numUnreachable,
    gone,
  };
}

type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'touched'; readonly record: ImageRecord }
  | { readonly kind: 'fresh'; readonly record: ImageRecord; readonly pixels: Uint8Array }
  /** `reason` is undefined for a file that went away between listing and reading. */
  | { readonly kind: 'bad'; readonly reason?: string; readonly isStale: boolean };

/**
 * A new image of an archive of the network's own size, whose pixels lie in memory: with no promises, which cost more here
 * than hashing it. Undefined for every other image.
 */
function newInMemory(
  { id, path, label, file, object, set, index }: ListedImage,
  { config }: Pick<Model, 'config'>,
  model: string,
  metadata: ReadonlyMap<string, Metadata> | undefined,
): Outcome | undefined {
  if (file !== undefined || object !== undefined || set.pixels.kind !== 'decoded') return undefined;
  const pixels = readyPixels(set, index, config.input);
  if (pixels === undefined) return undefined;
  const record: ImageRecord = {
    id,
    path,
    contentHash: hashOfPixels(set.pixels, index),
    model,
    sizeBytes: pixels.length,
    modifiedMs: 0,
    label,
    metadata: metadata?.get(path) ?? {},
  };
  return { kind: 'fresh', record, pixels };
}

async function lookAt(
  image: ListedImage,
  former: ImageRecord | undefined,
  { config }: Pick<Model, 'config'>,
  model: string,
  metadata: ReadonlyMap<string, Metadata> | undefined,
): Promise<Outcome> {
  const { id, path, label, set, index } = image;
  try {
    const { sizeBytes, modifiedMs } = await sizeAndTime(image);
    // Without a file of metadata what the store has stays.
    const wanted = metadata === undefined ? (former?.metadata ?? {}) : (metadata.get(path) ?? {});
    const described = former?.label === label && isDeepStrictEqual(former.metadata, wanted);
    const looksSame = former?.sizeBytes === sizeBytes && former.modifiedMs === modifiedMs;
    const isOneFile = image.file !== undefined || image.object !== undefined;
    if (looksSame && described && isOneFile) return { kind: 'unchanged' };
    const { hash, bytes, ...newer } = await contentOf(image);
    const record: ImageRecord = {
      id,
      path,
      contentHash: hash,
      model,
      sizeBytes,
      modifiedMs,
      ...newer,
      label,
      metadata: wanted,
    };
    if (former?.contentHash === hash)
      return looksSame && described ? { kind: 'unchanged' } : { kind: 'touched', record };
    return { kind: 'fresh', record, pixels: await decodeOne(set, index, config.input, undefined, bytes) };
  } catch (error) {
    const code = error instanceof SamesameError ? error.code : undefined;
    if (code === 'E_NOT_FOUND') return { kind: 'bad', isStale: true };
    // Not this image's fault: a storage that is away says nothing about what it holds.
    if (code === 'E_DOWNLOAD' || code === 'E_CONFIG' || code === 'E_DATA') throw error;
    return { kind: 'bad', reason: reasonOf(error), isStale: code === 'E_IMAGE' };
  }
}

/** The content of an image, and of an object its size and time as it was read: it may have changed since it was listed. */
async function contentOf({ object, set, index }: ListedImage): Promise<{
  readonly hash: string;
  readonly bytes?: Uint8Array;
  readonly sizeBytes?: number;
  readonly modifiedMs?: number;
}> {
  if (object === undefined) return readContent(set, index);
  const { bytes, modifiedMs } = await object.read();
  return { hash: contentHash(bytes), bytes, sizeBytes: bytes.length, modifiedMs };
}

/**
 * Size and time of a file; of an object as it was listed, where it was; of an image inside an archive the size of its
 * pixels, and no time of its own.
 */
async function sizeAndTime({ file, object, set, path }: ListedImage) {
  if (object !== undefined) return { sizeBytes: object.sizeBytes ?? -1, modifiedMs: object.modifiedMs ?? 0 };
  if (file === undefined) {
    const { pixels } = set;
    const sizeBytes = pixels.kind === 'decoded' ? pixels.height * pixels.width * pixels.channels : 0;
    return { sizeBytes, modifiedMs: 0 };
  }
  const { size, mtimeMs } = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new SamesameError(error.code === 'ENOENT' ? 'E_NOT_FOUND' : 'E_IO', {
      what: `reading ${path} failed`,
      received: error.message,
      cause: error,
    });
  });
  return { sizeBytes: size, modifiedMs: Math.trunc(mtimeMs) };
}
