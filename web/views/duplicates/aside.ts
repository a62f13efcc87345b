import type { WebModel } from '../../../src/web/index.ts';
import { forget, putBack, type TabImage, tabState } from '../../source/tab-images.ts';
import { createStore } from '../../state/store.ts';
import { moveFiles } from './move-files.ts';

/** What was set aside at once, and how to bring it back. */
export interface SetAside {
  readonly numImages: number;
  /** Whether files were moved; else they are only left out on this page. */
  readonly isMoved: boolean;
  readonly undo: () => Promise<void>;
}

/** The latest last. */
export const history = createStore<readonly SetAside[]>([]);

/** Leaves images out of this page: of its search, its map and its copies. Files stay as they are. */
export async function setAside(model: WebModel, ids: ReadonlySet<string>): Promise<void> {
  const images = tabState.get().images.filter(({ id }) => ids.has(id));
  await forget(model, [...ids]);
  remember(images, false, () => putBack(model, images));
}

/**
 * Moves the files of images into a folder `set-aside` within the folder that they came from, which the person shows.
 * @throws what the browser's file system throws
 */
export async function moveAside(
  model: WebModel,
  ids: ReadonlySet<string>,
  folder: FileSystemDirectoryHandle,
): Promise<void> {
  const images = tabState.get().images.filter(({ id }) => ids.has(id));
  const undoMove = await moveFiles(
    folder,
    images.map(({ path }) => path),
  );
  await forget(model, [...ids]);
  remember(images, true, async () => {
    await undoMove();
    await putBack(model, images);
  });
}

/** Takes back the latest. */
export async function undo(): Promise<void> {
  const latest = history.get().at(-1);
  if (latest === undefined) return;
  await latest.undo();
  history.update((all) => all.slice(0, -1));
}

function remember(images: readonly TabImage[], isMoved: boolean, undo: () => Promise<void>): void {
  history.update((all) => [...all, { numImages: images.length, isMoved, undo }]);
}
