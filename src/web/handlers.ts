import { SamesameError } from '../base/errors.ts';
import type { ArgsOf, CallName, Handle, ResultOf } from './messages.ts';
import { embedImages } from './model/embed-images.ts';
import { loadModel, type OpenedModel } from './model/opened-model.ts';
import { toNetwork } from './pixels/to-network.ts';
import type { WebProgress } from './types.ts';

/** What a handler may use beside its arguments. */
export interface Context {
  readonly signal: AbortSignal;
  readonly onProgress: (event: WebProgress) => void;
}

/** One function a call. Arrays that it returns are handed over to the page. */
export type Handlers = {
  readonly [N in CallName]: (args: ArgsOf<N>, context: Context) => Promise<ResultOf<N>>;
};

/** What is asked about vectors; a page that only compares never loads it. */
export type VectorHandlers = Omit<Handlers, keyof ModelHandlers>;

type ModelHandlers = Pick<Handlers, 'openModel' | 'embed' | 'distances' | 'explain' | 'closeModel'>;

/** Finds the handler of a call, over what is open in the worker. */
export function createHandlers(): (call: CallName) => Promise<Handlers[CallName]> {
  const models = createModelHandlers();
  let vectors: VectorHandlers | undefined;
  return async (call) => {
    if (call in models) return models[call as keyof ModelHandlers];
    const { createVectorHandlers } = await import('./vectors/handlers.ts');
    vectors ??= createVectorHandlers();
    return vectors[call as keyof VectorHandlers];
  };
}

function createModelHandlers(): ModelHandlers {
  const models = new Map<Handle, OpenedModel>();
  let nextHandle = 1;
  const find = (handle: Handle): OpenedModel => {
    const model = models.get(handle);
    if (model !== undefined) return model;
    throw new SamesameError('E_CONFIG', { what: 'this model was closed', help: 'open it again' });
  };
  return {
    async openModel(args, context) {
      const model = await loadModel(args, context);
      if (context.signal.aborted) await closeModel(model);
      context.signal.throwIfAborted();
      const handle = nextHandle++;
      models.set(handle, model);
      return { handle, info: model.info };
    },
    embed: async ({ handle, images }, context) => embedImages(find(handle), images, context),
    async distances({ handle, left, right }) {
      const { comparer, info } = find(handle);
      checkPairs(left, right, info.embeddingSize);
      return (await comparer.distances(left, right)) as Float32Array<ArrayBuffer>;
    },
    async explain({ handle, images: [left, right], prior }, { signal, onProgress }) {
      const model = find(handle);
      const { input } = model.info;
      const pixels = [await toNetwork(left, input), await toNetwork(right, input)] as const;
      const { explain } = await import('./model/explain.ts');
      return explain(model, pixels, { prior, signal, onProgress });
    },
    async closeModel({ handle }) {
      const model = models.get(handle);
      models.delete(handle);
      if (model !== undefined) await closeModel(model);
    },
  };
}

async function closeModel({ embedder, comparer }: OpenedModel): Promise<void> {
  await embedder.close();
  await comparer.close();
}

function checkPairs(left: Float32Array, right: Float32Array, embeddingSize: number): void {
  if (left.length === right.length && left.length % embeddingSize === 0) return;
  throw new SamesameError('E_SHAPE', {
    what: 'pairs of embeddings need one on each side',
    expected: `[P, ${embeddingSize}] twice`,
    received: `${left.length} and ${right.length} numbers`,
  });
}
