import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelConfig } from '../../model/config.ts';
import { type Artefact, readArtefact } from '../../model/load.ts';
import { type Engine, type EngineOptions, MODEL_FILES, openEngine } from './engine.ts';

export interface ServedModelOptions extends Omit<EngineOptions, 'artefact'> {
  /** A model's folder, or a run's. */
  readonly folder: string;
  /** Milliseconds between two looks at the folder; 0 for none. */
  readonly watchMs: number;
  /** Throws where a model may not take the place of the former one. */
  readonly check?: (config: ModelConfig) => void;
  /** A model was loaded in the place of another, or could not be. */
  readonly onReload?: (outcome: ReloadOutcome) => void;
}

export type ReloadOutcome =
  | { readonly kind: 'loaded'; readonly checksum: string }
  | { readonly kind: 'unchanged'; readonly checksum: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The model that a service answers with, which may be another tomorrow. */
export interface ServedModel {
  readonly current: () => Engine;
  /** Runs `work` with the model of now, which stays open until it is done, whatever is loaded meanwhile. */
  use<T>(work: (engine: Engine) => Promise<T>): Promise<T>;
  /** Reads the folder again. Never throws: where it cannot be loaded the former model goes on answering. */
  reload(): Promise<ReloadOutcome>;
  close(): Promise<void>;
}

interface Held {
  readonly engine: Engine;
  numUsers: number;
  isReplaced: boolean;
}

/** Loads a model folder and keeps to it. @throws E_NOT_FOUND, E_PERMISSION, E_MODEL, E_MODEL_VERSION, E_RUNTIME */
export async function openServedModel(options: ServedModelOptions): Promise<ServedModel> {
  const { folder, watchMs, check, onReload } = options;
  const closing = new Set<Promise<void>>();
  let lookedAt = await signatureOf(folder);
  let held = await open(await readArtefact(folder));
  let reloading: Promise<ReloadOutcome> | undefined;
  let isClosed = false;

  async function open(artefact: Artefact): Promise<Held> {
    return { engine: await openEngine({ ...options, artefact }), numUsers: 0, isReplaced: false };
  }
  function closeIfIdle({ engine, numUsers, isReplaced }: Held): void {
    if (!isReplaced || numUsers > 0) return;
    const closed = engine.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }
  async function loadAgain(): Promise<ReloadOutcome> {
    try {
      lookedAt = await signatureOf(folder);
      const artefact = await readArtefact(folder);
      const { checksum } = artefact;
      if (checksum === held.engine.checksum) return { kind: 'unchanged', checksum };
      check?.(artefact.config);
      const next = await open(artefact);
      const former = held;
      if (isClosed) {
        await next.engine.close();
        return { kind: 'unchanged', checksum: former.engine.checksum };
      }
      held = next;
      former.isReplaced = true;
      closeIfIdle(former);
      return { kind: 'loaded', checksum };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }
  function reload(): Promise<ReloadOutcome> {
    reloading ??= loadAgain().then((outcome) => {
      reloading = undefined;
      onReload?.(outcome);
      return outcome;
    });
    return reloading;
  }

  // A folder that is being copied is looked at again when its next file has come.
  const watching =
    watchMs === 0
      ? undefined
      : setInterval(async () => {
          if (reloading === undefined && (await signatureOf(folder)) !== lookedAt) await reload();
        }, watchMs).unref();

  return {
    current: () => held.engine,
    async use(work) {
      const used = held;
      used.numUsers++;
      try {
        return await work(used.engine);
      } finally {
        used.numUsers--;
        closeIfIdle(used);
      }
    },
    reload,
    async close() {
      isClosed = true;
      clearInterval(watching);
      await reloading;
      await held.engine.close();
      await Promise.all(closing);
    },
  };
}

/** Changes when a file of the model does. */
async function signatureOf(folder: string): Promise<string> {
  const parts = [join(folder, 'model'), folder].flatMap((path) =>
    MODEL_FILES.map((name) => join(path, name)),
  );
  const found = await Promise.all(
    parts.map((path) =>
      stat(path).then(
        ({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`,
        () => '-',
      ),
    ),
  );
  return found.join(' ');
}
