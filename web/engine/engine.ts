import type { EngineApi } from './api.ts';
import { EngineError, type Reply, type Request } from './protocol.ts';

export interface CallOptions<E> {
  readonly onEvent?: (event: E) => void;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onEvent?: (event: never) => void;
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/**
 * Asks the worker, which is started by the first call: the page stays quick while it works.
 * @throws EngineError; an AbortError when `signal` aborts
 */
export function ask<M extends keyof EngineApi>(
  method: M,
  args: EngineApi[M]['args'],
  { onEvent, signal }: CallOptions<EngineApi[M]['event']> = {},
): Promise<EngineApi[M]['answer']> {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener('abort', () => {
      if (!waiting.delete(id)) return;
      send({ stop: id });
      reject(signal.reason);
    });
    waiting.set(id, { resolve, reject, onEvent });
    send({ id, method, args });
  });
}

function send(request: Request): void {
  worker ??= start();
  worker.postMessage(request);
}

function start(): Worker {
  const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'samesame' });
  started.onmessage = ({ data }: MessageEvent<Reply>) => {
    const call = waiting.get(data.id);
    if (call === undefined) return; // was stopped meanwhile
    if (data.kind === 'event') return call.onEvent?.(data.value as never);
    waiting.delete(data.id);
    if (data.kind === 'answer') call.resolve(data.value as never);
    else call.reject(new EngineError(data.value));
  };
  started.onerror = (event) => {
    // The worker itself could not start, or has died: everybody who waits is told, and the next call starts another.
    const error = new EngineError({
      code: 'E_RUNTIME',
      what: event.message || 'the worker could not be started',
    });
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
    started.terminate();
    worker = undefined;
  };
  return started;
}
