import { stat } from 'node:fs/promises';
import { isImageName } from '../../data/sources/walk.ts';
import type { BadImage } from '../../data/types.ts';
import type { Model } from '../../model/model.ts';
import { imageId, storedPath } from '../../search/store/identity.ts';
import type { VectorStore } from '../../search/store/types.ts';
import { type IndexCounts, indexListed } from './index-images.ts';
import { type ListedImage, listRoots } from './listing.ts';
import type { Metadata } from './metadata.ts';

export interface WatchOptions {
  readonly metadata?: ReadonlyMap<string, Metadata>;
  /**
   * How long nothing may have changed before the store is brought up to date. Default 500 ms: a camera's card is copied in
   * one go, and a file is not read half-written.
   */
  readonly settleMs?: number;
  /** Called when changes are seen from now on. */
  readonly onReady?: () => void;
  readonly onUpdate?: (counts: Readonly<IndexCounts>, bad: readonly BadImage[]) => void;
  /** Ends the watching; the store is up to date with what was seen by then. */
  readonly signal: AbortSignal;
}

/**
 * Keeps a store up to date with folders until `signal` aborts: only images that changed are looked at. Index them first;
 * changes from before are not seen.
 * @throws what the store throws
 */
export async function watchImages(
  model: Pick<Model, 'config' | 'embed'>,
  store: VectorStore,
  paths: readonly string[],
  { metadata, settleMs = 500, onReady, onUpdate, signal }: WatchOptions,
): Promise<void> {
  const { watch } = await import('chokidar');
  const changed = new Set<string>();
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  const watcher = watch([...paths], {
    ignoreInitial: true,
    ignored: (path, stats) => isHidden(path) || (stats?.isFile() === true && !isImageName(path)),
  });
  const failures: unknown[] = [];
  watcher.on('all', (_, path) => {
    changed.add(storedPath(path));
    wake();
  });
  watcher.on('error', (error) => {
    failures.push(error);
    wake();
  });
  watcher.on('ready', () => onReady?.());
  signal.addEventListener('abort', wake);
  /** Until something happens, at most so long. */
  const pause = (ms?: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(done, ms);
      wakers.add(done);
    });

  try {
    while (!signal.aborted && failures.length === 0) {
      if (changed.size === 0) await pause();
      for (let size = -1; size !== changed.size && !signal.aborted; ) {
        size = changed.size;
        await pause(settleMs);
      }
      const settled = [...changed];
      changed.clear();
      if (settled.length > 0) await update(settled);
    }
  } finally {
    signal.removeEventListener('abort', wake);
    await watcher.close();
  }
  if (failures.length > 0) throw failures[0];

  async function update(settled: readonly string[]): Promise<void> {
    const gone: string[] = [];
    for (const path of settled) if (!(await exists(path))) gone.push(imageId(path));
    const wanted = new Set(settled);
    const images: ListedImage[] = [];
    // Listed as a whole, because an image's class is its place in the folder; only what changed is read.
    for (const path of paths) {
      if (!(await exists(path))) continue;
      for (const root of await listRoots([path]))
        images.push(...root.images.filter((image) => wanted.has(image.path)));
    }
    const { counts, bad } = await indexListed(model, store, images, { metadata });
    counts.numRemoved += await store.delete(gone);
    const numChanges = counts.numEmbedded + counts.numUpdated + counts.numRemoved;
    if (numChanges + bad.length > 0) onUpdate?.(counts, bad);
  }
}

function isHidden(path: string): boolean {
  return /(^|[/\\])(\.[^./\\][^/\\]*|__MACOSX)$/.test(path);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
