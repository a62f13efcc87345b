import { randomUUID } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import { SamesameError } from '../../base/errors.ts';
import { HTTP_STATUS } from '../../base/http-status.ts';
import type { ServeEnv, Service } from '../service.ts';

/** What a client may call its request: nothing that could be more than a name in a log or a header. */
const REQUEST_ID = /^[\w.-]{1,64}$/;
/** The status that the log gives to a request whose client went away before the answer; as nginx has it. */
const CLIENT_GONE = 499;

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The id that a client gave its request, or a new one. */
export function toRequestId(asked: string | string[] | undefined): string {
  return typeof asked === 'string' && REQUEST_ID.test(asked) ? asked : randomUUID();
}

/**
 * Gives a request its id, its answer the security headers, and both a line in the log and a place in the metrics. The line
 * tells which route, never which address, and nothing of what was sent.
 */
export function observe({ log, metrics, isStopping }: Service) {
  return createMiddleware<ServeEnv>(async (c, next) => {
    const startMs = performance.now();
    const requestId = toRequestId(c.req.header('x-request-id'));
    c.set('requestId', requestId);
    c.set('numImages', 0);
    c.header('x-request-id', requestId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);

    await next();

    // The last answer on this connection.
    if (isStopping()) c.header('connection', 'close');
    const latencyMs = performance.now() - startMs;
    const isGone = c.env.outgoing.destroyed && !c.env.outgoing.writableFinished;
    const status = isGone ? CLIENT_GONE : c.res.status;
    const method = c.req.method;
    const route = matchedRoutes(c).findLast(({ path }) => path !== '*' && path !== '/*')?.path ?? 'none';
    const numImages = c.get('numImages');
    metrics.noteRequest({ method, route, status, latencyMs, numImages });
    const failure = c.get('failure');
    const line = {
      requestId,
      method,
      route,
      status,
      latencyMs: Number(latencyMs.toFixed(1)),
      ...(numImages > 0 && { images: numImages }),
      ...(c.get('tokenId') !== undefined && { token: c.get('tokenId') }),
      ...describe(failure),
    };
    if (isOwnFault(failure)) log.error(line, 'request failed');
    else log.info(line, 'request');
  });
}

/** Of what the client did wrong its code; of what went wrong here everything. */
function describe(failure: unknown): object {
  if (failure === undefined) return {};
  const code = failure instanceof SamesameError ? failure.code : 'E_SERVICE';
  return isOwnFault(failure) ? { code, err: failure } : { code };
}

/** Being busy is no fault. */
function isOwnFault(failure: unknown): boolean {
  if (failure === undefined) return false;
  return (
    !(failure instanceof SamesameError) || (HTTP_STATUS[failure.code] >= 500 && failure.code !== 'E_BUSY')
  );
}
