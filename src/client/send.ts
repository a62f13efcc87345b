import { type ErrorCode, SamesameError } from '../base/errors.ts';
import type { ServiceProblem } from './types.ts';

export interface ClientOptions {
  /** Where the service is: `http://127.0.0.1:8080`, or a path behind a proxy. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** How often a request that met a busy service is sent again, after the time that it asked for. Default 2. */
  readonly retries?: number;
  /** Longest time in milliseconds to wait before one is sent again. Default 10 s. */
  readonly maxWaitMs?: number;
  /** In the place of the global one. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

interface Request extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Made anew each time that it is sent. */
  readonly body?: () => FormData | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request to the service. @throws SamesameError with the service's own code; E_SERVICE where it has none */
export type Send = (path: string, request?: Request) => Promise<Response>;

/** Codes that the service may send, and that are therefore not invented here. */
const CODE = /^E_[A-Z_]+$/;

export function createSend({
  url,
  token,
  retries = 2,
  maxWaitMs = 10_000,
  fetch: send = globalThis.fetch,
}: ClientOptions): Send {
  const base = url.replace(/\/+$/, '');
  return async (path, { method = 'GET', body, headers = {}, signal } = {}) => {
    for (let attempt = 0; ; attempt++) {
      const response = await send(base + path, {
        method,
        body: body?.(),
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        signal,
      }).catch((cause: unknown) => {
        if (signal?.aborted) throw signal.reason;
        throw new SamesameError('E_SERVICE', {
          what: `the service at ${base} could not be reached`,
          received: cause instanceof Error ? cause.message : String(cause),
          help: 'is it running? samesame serve MODEL',
          cause,
        });
      });
      if (response.ok) return response;
      const error = await readProblem(response);
      if (error.code !== 'E_BUSY' || attempt >= retries) throw error;
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await wait(Math.min(maxWaitMs, Math.max(0, seconds * 1000)), signal);
    }
  };
}

/** What the service says is wrong, or what a proxy before it said. */
async function readProblem(response: Response): Promise<SamesameError> {
  const problem: Partial<ServiceProblem> = await response.json().catch(() => ({}));
  const { status } = response;
  if (typeof problem?.code !== 'string' || !CODE.test(problem.code) || typeof problem.detail !== 'string') {
    return new SamesameError(status === 503 ? 'E_BUSY' : 'E_SERVICE', {
      what: `the service answered with status ${status}`,
      details: { status },
    });
  }
  const { code, detail, expected, received, help, errors, requestId } = problem;
  return new SamesameError(code as ErrorCode, {
    what: detail,
    expected,
    received,
    help,
    details: { status, requestId, errors },
  });
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
