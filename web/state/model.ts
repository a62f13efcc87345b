import { type ModelSource, openModel as open, type WebModel } from '../../src/web/index.ts';
import { type Problem, toProblem } from '../engine/protocol.ts';
import { authorization } from './session.ts';
import { createStore } from './store.ts';

/** Folder of the site's own model, from the page: `samesame serve` has it there, and a static host may. */
export const SITE_MODEL = new URL('./model/', location.href).href;

export interface ReadyModel {
  readonly kind: 'ready';
  readonly name: string;
  /** `site`: the one that this site comes with. */
  readonly origin: 'site' | 'files' | 'taught';
  readonly model: WebModel;
  /** Where its files are, for a training that starts from it. */
  readonly source: ModelSource;
}

export type ModelState =
  | { readonly kind: 'none'; readonly problem?: Problem }
  | { readonly kind: 'opening'; readonly share: number | undefined }
  | ReadyModel;

export const modelState = createStore<ModelState>({ kind: 'opening', share: undefined });
let attempt = 0;

/** The model that gives the answers, where there is one. */
export function readyModel(): ReadyModel | undefined {
  const state = modelState.get();
  return state.kind === 'ready' ? state : undefined;
}

/**
 * Opens a model, which then gives all answers. The one before stays where this one cannot be opened.
 * @throws what `openModel` throws
 */
export async function useModel(
  source: ModelSource,
  origin: ReadyModel['origin'],
  name?: string,
): Promise<void> {
  const before = readyModel();
  const mine = ++attempt;
  modelState.set({ kind: 'opening', share: undefined });
  try {
    const model = await open(source, {
      runtime: 'wasm',
      headers: origin === 'site' ? authorization() : undefined,
      onProgress: ({ stage, done, total }) => {
        const share = stage === 'encoder' && total > 0 ? done / total : undefined;
        if (mine === attempt) modelState.set({ kind: 'opening', share });
      },
    });
    if (mine !== attempt) return void model.close();
    modelState.set({ kind: 'ready', name: name || nameOf(model.info.dataset), origin, model, source });
    before?.model.close();
  } catch (error) {
    if (mine === attempt) modelState.set(before ?? { kind: 'none', problem: toProblem(error) });
    throw error;
  }
}

/** Says that there is none, where the site has none. */
export function noModel(): void {
  modelState.set({ kind: 'none' });
}

/** A data set's path as a person says it: `../data/shoes/train` is shoes. */
function nameOf(dataset: string): string {
  const parts = dataset.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.findLast((part) => !/^(train|training|images|data)$/i.test(part)) ?? dataset;
}
