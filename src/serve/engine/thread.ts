import { Worker } from 'node:worker_threads';
import { type ErrorCode, SamesameError } from '../../base/errors.ts';
import type { Failure } from '../../jobs/failure.ts';
import type { FromThread, ToThread } from './messages.ts';

/** A thread that answers jobs. */
export interface Thread<Job, Answer> {
  /** Settles when it has started: rejects where it could not. */
  readonly ready: Promise<void>;
  /** Whether it can still be asked. */
  readonly isAlive: () => boolean;
  /**
   * @param transfer memory that is moved there, and is of no use here afterwards
   * @throws what the job threw; E_RUNTIME where the thread has stopped
   */
  ask(job: Job, transfer?: ArrayBuffer[]): Promise<Answer>;
  /** Ends it when it has answered what it was asked. */
  close(): Promise<void>;
  /** Ends it now; what it was asked fails. */
  stop(): Promise<void>;
}

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Starts a thread from a script beside this file.
 * @param script its name without ending: `model-thread`
 * @param onEnd called once when the thread has ended without having been asked to
 */
export function startThread<Job, Answer>(
  script: string,
  workerData: unknown,
  onEnd: (cause: Error) => void = () => {},
): Thread<Job, Answer> {
  const worker = new Worker(scriptUrl(script), { workerData, execArgv: [] });
  const waiting = new Map<number, Waiting<Answer>>();
  let lastId = 0;
  let ended: SamesameError | undefined;
  let isClosing = false;

  const ready = new Promise<void>((resolve, reject) => {
    waiting.set(0, { resolve: () => resolve(), reject });
  });
  ready.catch(() => {});
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', (message: FromThread<Answer>) => {
    const asker = waiting.get(message.id);
    waiting.delete(message.id);
    if ('failure' in message) asker?.reject(errorOf(message.failure));
    else asker?.resolve(message.answer);
  });
  worker.on('error', fail);
  worker.once('exit', () => fail(new Error('the thread has ended')));

  function fail(cause: Error): void {
    if (ended !== undefined) return;
    ended = new SamesameError('E_RUNTIME', {
      what: `the thread ${script} has stopped`,
      received: cause.message,
      cause,
    });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    if (!isClosing) onEnd(cause);
  }

  return {
    ready,
    isAlive: () => ended === undefined,
    ask(job, transfer = []) {
      if (ended !== undefined) return Promise.reject(ended);
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, job } satisfies ToThread<Job>, transfer);
      });
    },
    async close() {
      isClosing = true;
      if (ended === undefined) worker.postMessage(undefined);
      await exited;
    },
    async stop() {
      isClosing = true;
      await worker.terminate();
    },
  };
}

// Tests run TypeScript, which a thread of Node 20 cannot load: it then is the built one.
function scriptUrl(script: string): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL(`../../../dist/serve/engine/${script}.js`, import.meta.url)
    : new URL(`./${script}.js`, import.meta.url);
}

function errorOf({ code, message }: Failure): Error {
  if (code === 'E_UNEXPECTED') return new Error(message);
  return new SamesameError(code as ErrorCode, { what: message });
}
