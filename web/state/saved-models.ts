import type { SavedModel, TaughtModel } from '../../src/web/teach/index.ts';
import { createStore } from './store.ts';

/** The models that were taught on this device, the newest first. Empty where the browser keeps nothing. */
export const savedModels = createStore<readonly SavedModel[]>([]);

// Loaded beside the page, which need not wait for it.
const library = () => import('../../src/web/teach/saved-models.ts');

/** Reads the list anew. */
export async function listSavedModels(): Promise<readonly SavedModel[]> {
  const models = await library()
    .then(({ listModels }) => listModels())
    .catch(() => []);
  const list = models.toSorted((a, b) => b.savedAt.localeCompare(a.savedAt));
  savedModels.set(list);
  return list;
}

/** @throws E_NOT_FOUND, E_STORE */
export async function loadSavedModel(name: string): Promise<TaughtModel> {
  return (await library()).loadModel(name);
}

/** @throws E_NOT_FOUND, E_STORE */
export async function removeSavedModel(name: string): Promise<void> {
  await (await library()).removeModel(name);
  await listSavedModels();
}
