import { createMiddleware } from 'hono/factory';
import { SamesameError } from '../../base/errors.ts';
import type { Scope } from '../access/token-file.ts';
import type { ServeEnv, Service } from '../service.ts';

/** Lets only bearers of a token with this scope on. Where there are no tokens, everybody. */
export function needScope({ guard }: Service, scope: Scope) {
  return createMiddleware<ServeEnv>(async (c, next) => {
    c.set('tokenId', await guard.check(c.req.header('authorization'), scope));
    await next();
  });
}

/**
 * Lets a request with images on while there is room, before a byte of its body is read, and ends it when its time is over
 * or its client has gone.
 */
export function admit({ admission, settings }: Service) {
  const { requestTimeoutMs } = settings;
  return createMiddleware<ServeEnv>(async (c, next) => {
    const ticket = admission.enter();
    const controller = new AbortController();
    const goneSignal = c.req.raw.signal;
    const leave = () => controller.abort(clientGone());
    // Not AbortSignal.timeout: that one would stay in memory for its whole time.
    const timer = setTimeout(() => controller.abort(timeOver(requestTimeoutMs)), requestTimeoutMs);
    goneSignal.addEventListener('abort', leave);
    c.set('ticket', ticket);
    c.set('signal', controller.signal);
    try {
      await next();
    } finally {
      clearTimeout(timer);
      goneSignal.removeEventListener('abort', leave);
      ticket.leave();
    }
  });
}

/** The result of `work`, or what `signal` aborts with, whichever comes first. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function clientGone(): SamesameError {
  return new SamesameError('E_REQUEST', { what: 'the client went away before the answer' });
}

function timeOver(requestTimeoutMs: number): SamesameError {
  return new SamesameError('E_BUSY', {
    what: 'the request was not answered in time',
    expected: `an answer within ${requestTimeoutMs / 1000} s`,
    help: 'ask again in a few seconds, or send fewer images',
    details: { retryAfterSeconds: 5 },
  });
}
