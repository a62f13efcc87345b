import type { WebModel, WebVectors } from '../../src/web/index.ts';
import { openVectors } from '../../src/web/index.ts';
import type { Thumbnail } from '../engine/api.ts';
import { ask } from '../engine/engine.ts';
import { EngineError } from '../engine/protocol.ts';
import { type DroppedFile, isImage, labelOf } from '../parts/images.ts';
import { createStore } from '../state/store.ts';
import { TEXT } from '../text.ts';
import type { Picture } from './types.ts';

/** An image of this tab. */
export interface TabImage extends Picture {
  /** float32 `[D]` by the model in use. */
  readonly embedding: Float32Array;
  /** From the dropped folder on: `photos/mugs/a.jpg`. */
  readonly path: string;
  /** The small picture itself, where it was made in this visit. */
  readonly picture?: Blob;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
}

export interface Adding {
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
  readonly secondsLeft: number;
  readonly stop: () => void;
}

/** What the person gave this tab, as the model in use sees it. */
export interface TabState {
  readonly images: readonly TabImage[];
  readonly adding?: Adding;
  /** Files that are no images, by name. */
  readonly refused: readonly string[];
}

const NOTHING: TabState = { images: [], refused: [] };
/** Files that are read and embedded at a time. */
const BATCH = 16;
const THUMBNAIL_SIDE = 160;

export const tabState = createStore<TabState>(NOTHING);

let opened: { readonly model: WebModel; readonly vectors: Promise<WebVectors> } | undefined;

/** The store of embeddings of a model, with what it kept from an earlier visit. */
export function vectorsOf(model: WebModel): Promise<WebVectors> {
  if (opened !== undefined && opened.model === model) return opened.vectors;
  const { embeddingSize, fingerprint, distance } = model.info;
  if (distance === 'comparator')
    return Promise.reject(
      new EngineError({
        code: 'E_CONFIG',
        what: TEXT.collection.comparator,
        help: TEXT.collection.comparatorHelp,
      }),
    );
  const before = tabState.get();
  before.adding?.stop();
  tabState.set(NOTHING);
  const vectors = openVectors(`page-${fingerprint.slice(0, 16)}`, {
    embeddingSize,
    modelFingerprint: fingerprint,
  });
  opened = { model, vectors };
  // What is in the tab's hands is embedded anew by the new model.
  const files = before.images.flatMap(({ file, path }) => (file ? [{ file, path }] : []));
  vectors
    .then((store) => restore(store))
    .then((images) => {
      if (opened?.model !== model) return;
      tabState.update((now) => ({ ...now, images: merge(images, now.images) }));
      if (files.length > 0) return addFiles(model, files);
    })
    .catch(() => {}); // whoever asks for the vectors hears of it
  return vectors;
}

/** Reads, embeds and keeps images; what they are called and their folder come with them. */
export async function addFiles(model: WebModel, dropped: readonly DroppedFile[]): Promise<void> {
  const files = dropped.filter(({ file }) => isImage(file));
  const refused = dropped.filter(({ file }) => !isImage(file)).map(({ file }) => file.name);
  const vectors = await vectorsOf(model);
  const controller = new AbortController();
  const startMs = performance.now();
  tabState.update((now) => ({ ...now, refused }));
  try {
    for (let start = 0; start < files.length && !controller.signal.aborted; start += BATCH) {
      if (opened?.model !== model) return;
      const seconds = (performance.now() - startMs) / 1000;
      const perSecond = start === 0 ? 0 : start / seconds;
      const adding = {
        done: start,
        total: files.length,
        perSecond,
        secondsLeft: perSecond === 0 ? 0 : (files.length - start) / perSecond,
        stop: () => controller.abort(),
      };
      tabState.update((now) => ({ ...now, adding }));
      const batch = files.slice(start, start + BATCH);
      const { images, bad } = await readBatch(model, vectors, batch, controller.signal);
      tabState.update((now) => ({
        ...now,
        images: merge(now.images, images),
        refused: [...now.refused, ...bad],
      }));
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    if (opened?.model === model) tabState.update((now) => ({ ...now, adding: undefined }));
  }
}

/** Forgets images: in this tab, and what the browser kept of them. Their files stay where they are. */
export async function forget(model: WebModel, ids: readonly string[]): Promise<void> {
  const gone = new Set(ids);
  await (await vectorsOf(model)).delete(ids);
  tabState.update((now) => ({ ...now, images: now.images.filter(({ id }) => !gone.has(id)) }));
}

/** Brings back what was forgotten. */
export async function putBack(model: WebModel, images: readonly TabImage[]): Promise<void> {
  const { embeddingSize } = model.info;
  const embeddings = new Float32Array(images.length * embeddingSize);
  images.forEach(({ embedding }, i) => {
    embeddings.set(embedding, i * embeddingSize);
  });
  await keep(await vectorsOf(model), images, embeddings);
  tabState.update((now) => ({ ...now, images: merge(now.images, images) }));
}

/** Puts images into the browser's store, their small pictures with them. */
async function keep(
  vectors: WebVectors,
  images: readonly TabImage[],
  embeddings: Float32Array,
  signal?: AbortSignal,
): Promise<void> {
  const items = await Promise.all(
    images.map(async ({ id, label, name, path, width, height, sizeBytes, thumbnail, picture }) => ({
      id,
      label,
      metadata: {
        name,
        path,
        width,
        height,
        sizeBytes,
        thumbnail: picture ? await toDataUrl(picture) : thumbnail,
      },
    })),
  );
  await vectors.upsert(items, embeddings, { signal });
}

async function readBatch(
  model: WebModel,
  vectors: WebVectors,
  batch: readonly DroppedFile[],
  signal: AbortSignal,
): Promise<{ images: TabImage[]; bad: string[] }> {
  const thumbnails = await ask('thumbnails', {
    files: batch.map(({ file }) => file),
    side: THUMBNAIL_SIDE,
  });
  const good = batch.flatMap((dropped, i) => {
    const thumbnail = thumbnails[i];
    return thumbnail === null ? [] : [{ ...dropped, thumbnail }];
  });
  const bad = batch.filter((_, i) => thumbnails[i] === null).map(({ file }) => file.name);
  if (good.length === 0) return { images: [], bad };
  const embeddings = await model.embed(
    good.map(({ file }) => file),
    { signal },
  );
  const { embeddingSize } = model.info;
  const images = good.map(
    ({ file, path, thumbnail }, i): TabImage => ({
      id: idOf(file, path, thumbnail),
      name: file.name,
      path,
      label: labelOf(path),
      thumbnail: URL.createObjectURL(thumbnail.picture),
      picture: thumbnail.picture,
      file,
      embedding: embeddings.slice(i * embeddingSize, (i + 1) * embeddingSize),
      width: thumbnail.width,
      height: thumbnail.height,
      sizeBytes: file.size,
    }),
  );
  await keep(vectors, images, embeddings, signal);
  return { images, bad };
}

/** The same file at the same place is the same image; a copy elsewhere is another. */
function idOf(file: File, path: string, { sha256 }: Thumbnail): string {
  return `${sha256.slice(0, 16) || `${file.size}-${file.lastModified}`}:${path}`;
}

/** Rows that were kept are found by a search for all: the store lists them no other way. */
async function restore(vectors: WebVectors): Promise<TabImage[]> {
  const count = await vectors.count();
  if (count === 0) return [];
  const { embeddingSize } = opened!.model.info;
  const found = await vectors.search(new Float32Array(embeddingSize), { k: Math.min(count, 10_000) });
  const { items, vectors: values } = await vectors.get(found.map(({ id }) => id));
  return items.map(({ id, label, metadata }, i) => ({
    id,
    label,
    name: String(metadata.name ?? id),
    path: String(metadata.path ?? metadata.name ?? id),
    thumbnail: String(metadata.thumbnail ?? ''),
    width: Number(metadata.width ?? 0),
    height: Number(metadata.height ?? 0),
    sizeBytes: Number(metadata.sizeBytes ?? 0),
    embedding: values.slice(i * embeddingSize, (i + 1) * embeddingSize),
  }));
}

function merge(before: readonly TabImage[], added: readonly TabImage[]): TabImage[] {
  return [...new Map([...before, ...added].map((image) => [image.id, image])).values()];
}

function toDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
