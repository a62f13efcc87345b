import { Worker } from 'node:worker_threads';
import { SamesameError } from '../../base/errors.ts';
import type { Answer, Question, ThreadStart } from './messages.ts';

/** One thread, which answers questions in their order. */
export interface ThreadHandle {
  /** Questions that it has not answered yet. */
  numWaiting(): number;
  /** Whether it can be asked: a thread that has stopped does not come back. */
  isRunning(): boolean;
  /**
   * @param transfer memory that is moved to the thread
   * @throws E_RUNTIME where the thread has stopped; what it fails with
   */
  ask<Kind extends Answer['kind']>(
    question: Question,
    kind: Kind,
    transfer?: readonly ArrayBuffer[],
  ): Promise<Extract<Answer, { readonly kind: Kind }>>;
  end(): Promise<void>;
}

// Tests run TypeScript, which a thread of Node 20 cannot load: it then is the built one.
const THREAD = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/jobs/threads/thread.js', import.meta.url)
  : new URL('./thread.js', import.meta.url);

export function startThread(start: ThreadStart): ThreadHandle {
  const worker = new Worker(THREAD, { workerData: start, execArgv: [] });
  const waiting: { resolve(answer: Answer): void; reject(error: unknown): void }[] = [];
  let stopped: SamesameError | undefined;
  worker.unref();
  worker.on('message', (answer: Answer) => {
    const first = waiting.shift()!;
    if (answer.kind === 'failed') first.reject(errorOf(answer));
    else first.resolve(answer);
    // A thread without work does not keep the process alive.
    if (waiting.length === 0) worker.unref();
  });
  worker.on('error', stop);
  worker.once('exit', () => stop(new Error('the thread has ended')));

  function stop(cause: unknown): void {
    stopped ??= new SamesameError('E_RUNTIME', {
      what: 'a thread that runs the network has stopped',
      received: cause instanceof Error ? cause.message : String(cause),
      help: 'is there enough memory? with --threads 1 one copy of the network is loaded',
      cause,
    });
    for (const { reject } of waiting.splice(0)) reject(stopped);
  }

  return {
    numWaiting: () => waiting.length,
    isRunning: () => stopped === undefined,
    async ask(question, kind, transfer = []) {
      if (stopped !== undefined) throw stopped;
      const answer = await new Promise<Answer>((resolve, reject) => {
        worker.ref();
        waiting.push({ resolve, reject });
        worker.postMessage(question, transfer);
      });
      if (answer.kind === kind) return answer as Extract<Answer, { readonly kind: typeof kind }>;
      throw new TypeError(`a thread was asked for ${kind} and answered ${answer.kind}`);
    },
    async end() {
      await worker.terminate();
    },
  };
}

function errorOf({ code, message }: Extract<Answer, { kind: 'failed' }>): Error {
  return code === undefined ? new Error(message) : new SamesameError(code, { what: message });
}
