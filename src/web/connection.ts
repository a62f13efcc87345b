/// <reference lib="dom" />
import { SamesameError } from '../base/errors.ts';
import { fromWire } from './errors.ts';
import type { ArgsOf, CallName, Reply, Request, ResultOf } from './messages.ts';
import type { WebProgress } from './types.ts';

export interface CallOptions {
  readonly onProgress?: (event: WebProgress) => void;
  readonly signal?: AbortSignal;
}

/** The page's end of a worker. */
export interface Connection {
  /** @throws what the worker throws, or at once what `signal` aborts with */
  call<N extends CallName>(name: N, args: ArgsOf<N>, options?: CallOptions): Promise<ResultOf<N>>;
  /** Lets go of the worker, which ends when nobody holds it. */
  release(): void;
}

interface Shared {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  numHolders: number;
  nextId: number;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress?: (event: WebProgress) => void;
}

/** One worker for everything that a page opens with the same address. */
const shared = new Map<string, Shared>();
const DEFAULT = '';

/** Connects to the worker, starting it where nobody holds it yet. */
export function connect(workerUrl?: string | URL): Connection {
  const key = workerUrl === undefined ? DEFAULT : new URL(workerUrl, location.href).href;
  const held = shared.get(key) ?? start(key);
  held.numHolders++;
  let isReleased = false;
  return {
    call: (name, args, options) =>
      isReleased
        ? Promise.reject(closed(name))
        : send(held, { id: held.nextId++, call: name, args }, options),
    release() {
      if (isReleased) return;
      isReleased = true;
      held.numHolders--;
      if (held.numHolders > 0) return;
      held.worker.terminate();
      if (shared.get(key) === held) shared.delete(key);
      for (const { reject } of held.waiting.values()) reject(closed('the call'));
    },
  };
}

function start(key: string): Shared {
  // Written out in full, because bundlers look for these very words.
  const worker =
    key === DEFAULT
      ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'samesame' })
      : new Worker(key, { type: 'module', name: 'samesame' });
  const held: Shared = { worker, waiting: new Map(), numHolders: 0, nextId: 1 };
  worker.onmessage = ({ data }: MessageEvent<Reply>) => receive(held, data);
  worker.onerror = ({ message }) => {
    const error = new SamesameError('E_RUNTIME', {
      what: 'the worker of samesame could not be started, or broke',
      received: message || 'no reason that the browser tells',
      help: 'see that the worker file is served, or name it by workerUrl',
    });
    for (const { reject } of held.waiting.values()) reject(error);
    held.waiting.clear();
    // The next to connect gets a new one.
    if (shared.get(key) === held) shared.delete(key);
  };
  shared.set(key, held);
  return held;
}

function receive({ waiting }: Shared, reply: Reply): void {
  const call = waiting.get(reply.id);
  // Cancelled: its answer comes too late.
  if (call === undefined) return;
  if ('progress' in reply) {
    call.onProgress?.(reply.progress);
    return;
  }
  waiting.delete(reply.id);
  if ('error' in reply) call.reject(fromWire(reply.error));
  else call.resolve(reply.result);
}

function send<N extends CallName>(
  { worker, waiting }: Shared,
  request: { readonly id: number; readonly call: N; readonly args: ArgsOf<N> },
  { onProgress, signal }: CallOptions = {},
): Promise<ResultOf<N>> {
  const { id } = request;
  return new Promise<ResultOf<N>>((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const cancel = () => {
      waiting.delete(id);
      worker.postMessage({ cancel: id } satisfies Request);
      reject(signal!.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const settle =
      <T>(done: (value: T) => void) =>
      (value: T) => {
        signal?.removeEventListener('abort', cancel);
        done(value);
      };
    waiting.set(id, {
      resolve: settle(resolve as (value: unknown) => void),
      reject: settle(reject),
      onProgress,
    });
    try {
      worker.postMessage(request satisfies Request);
    } catch (cause) {
      waiting.delete(id);
      reject(
        new SamesameError('E_CONFIG', {
          what: `${request.call} was given something that cannot be sent to a worker`,
          received: String(cause),
          cause,
        }),
      );
    }
  });
}

function closed(what: string): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `${what} came after close`,
    help: 'open the model or the store again',
  });
}
