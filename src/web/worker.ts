/// <reference lib="dom" />
import { toWire } from './errors.ts';
import { type Context, createHandlers } from './handlers.ts';
import type { CallName, Reply, Request, ResultOf } from './messages.ts';

/** The part of a dedicated worker's global that is used here; TypeScript's own types of workers clash with the page's. */
interface WorkerScope {
  postMessage(message: Reply, transfer?: readonly Transferable[]): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const find = createHandlers();
const underWay = new Map<number, AbortController>();

scope.onmessage = ({ data }) => {
  if ('cancel' in data) underWay.get(data.cancel)?.abort();
  else answer(data.id, data.call, data.args);
};

async function answer(id: number, call: CallName, args: unknown): Promise<void> {
  const controller = new AbortController();
  underWay.set(id, controller);
  const { signal } = controller;
  const context: Context = {
    signal,
    onProgress: (progress) => {
      if (!signal.aborted) scope.postMessage({ id, progress });
    },
  };
  try {
    const handler = (await find(call)) as (args: unknown, context: Context) => Promise<unknown>;
    const result = (await handler(args, context)) as ResultOf<CallName>;
    scope.postMessage({ id, result }, buffersIn(result));
  } catch (error) {
    scope.postMessage({ id, error: toWire(error) });
  } finally {
    underWay.delete(id);
  }
}

/** What can be handed over without a copy: everything that a handler returns is the caller's. */
function buffersIn(result: unknown): Transferable[] {
  if (result instanceof Float32Array) return [result.buffer];
  if (result === null || typeof result !== 'object' || result instanceof Blob) return [];
  return Object.values(result).flatMap((value) =>
    value instanceof Float32Array
      ? [value.buffer]
      : value !== null && typeof value === 'object' && 'heat' in value && value.heat instanceof Float32Array
        ? [value.heat.buffer]
        : [],
  );
}
