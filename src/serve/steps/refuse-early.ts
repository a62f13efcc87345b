import type { IncomingMessage, ServerResponse } from 'node:http';
import { HTTP_STATUS } from '../../base/http-status.ts';
import type { Scope } from '../access/token-file.ts';
import { headersOf, PROBLEM_TYPE, toProblem } from '../problem.ts';
import type { Service } from '../service.ts';
import { SECURITY_HEADERS, toRequestId } from './observe.ts';

/** Addresses whose requests bring images, and what a token must let their bearers do. */
const WITH_IMAGES: ReadonlyMap<string, Scope> = new Map([
  ['/v1/embed', 'read'],
  ['/v1/compare', 'read'],
  ['/v1/search', 'read'],
  ['/v1/images', 'write'],
]);
/** How long a client that was refused may go on sending before its connection is closed: it has to be able to read why. */
const LINGER_MS = 500;

/**
 * Answers a request with images at once where there is no room for it, before anything else is done about it: a service
 * that is asked for many times what it can do must not spend its time on saying so. What comes from a page goes the long
 * way, as its browser wants CORS headers to show it the answer; so does what brings no good token: nobody else is told how
 * busy the service is.
 * @returns whether it has answered
 */
export function refuseEarly(
  { admission, guard, log, metrics, isStopping }: Service,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): boolean {
  const { method = '', url = '', headers } = incoming;
  if (method !== 'POST' || headers.origin !== undefined) return false;
  const [route] = url.split('?', 1);
  const scope = WITH_IMAGES.get(route);
  if (scope === undefined) return false;
  const startMs = performance.now();
  const refused = admission.refusal();
  if (refused === undefined || !guard.seemsValid(headers.authorization, scope)) return false;

  const requestId = toRequestId(headers['x-request-id']);
  const status = HTTP_STATUS[refused.code];
  const body = JSON.stringify(toProblem(refused, requestId));
  outgoing.writeHead(status, {
    ...SECURITY_HEADERS,
    ...headersOf(refused),
    'x-request-id': requestId,
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    ...(isStopping() && { connection: 'close' }),
  });
  outgoing.end(body);
  dropBody(incoming);
  const latencyMs = performance.now() - startMs;
  metrics.noteRequest({ method, route, status, latencyMs, numImages: 0 });
  log.info(
    { requestId, method, route, status, latencyMs: Number(latencyMs.toFixed(1)), code: refused.code },
    'request',
  );
  return true;
}

/** A body that is small has come already, and its connection can be used again; for the rest of another nobody waits. */
function dropBody(incoming: IncomingMessage): void {
  const timer = setTimeout(() => incoming.socket.destroySoon(), LINGER_MS);
  incoming.once('close', () => clearTimeout(timer)).resume();
}
