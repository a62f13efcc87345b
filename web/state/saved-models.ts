import { listModels, removeModel, type SavedModel } from '../../src/web/teach/saved-models.ts';
import { createStore } from './store.ts';

/** The models that were taught on this device, the newest first. Empty where the browser keeps nothing. */
export const savedModels = createStore<readonly SavedModel[]>([]);

/** Reads the list anew. */
export async function listSavedModels(): Promise<readonly SavedModel[]> {
  const models = await listModels().catch(() => []);
  const list = models.toSorted((a, b) => b.savedAt.localeCompare(a.savedAt));
  savedModels.set(list);
  return list;
}

/** @throws E_NOT_FOUND, E_STORE */
export async function removeSavedModel(name: string): Promise<void> {
  await removeModel(name);
  await listSavedModels();
}
