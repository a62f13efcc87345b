import type { VectorStore } from '../../search/store/types.ts';

/**
 * What takes long to work out of a whole store, worked out once for each state of it and kept for the last. Who asks
 * while it is being worked out gets that, even where the store has changed since it was begun.
 */
export function onceAVersion<T>(
  store: Pick<VectorStore, 'version'>,
  work: () => Promise<T>,
): () => Promise<T> {
  let kept: { readonly version: string; readonly result: T } | undefined;
  let running: Promise<T> | undefined;

  async function workOut(): Promise<T> {
    // Asked before the rows are read: what changes meanwhile has it worked out again.
    const version = await store.version();
    if (kept?.version !== version) kept = { version, result: await work() };
    return kept.result;
  }
  return () => {
    running ??= workOut().finally(() => {
      running = undefined;
    });
    return running;
  };
}
