import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { SamesameError } from '../../base/errors.ts';
import { isLoopback } from '../options.ts';
import type { ServeEnv, Service } from '../service.ts';

/**
 * Refuses what a page of another origin sends. CORS alone keeps such a page from reading answers, not from sending; and a
 * name that is made to mean this machine (DNS rebinding) would be an origin of its own, so without tokens only the names of
 * this machine are answered to.
 */
export function refuseStrangers({ settings }: Service) {
  const { corsOrigins, tokens, insecure } = settings;
  const isOpen = tokens === undefined && !insecure;
  return createMiddleware<ServeEnv>(async (c, next) => {
    const host = c.env.incoming.headers.host ?? '';
    if (isOpen && !isLoopback(hostnameOf(host))) {
      throw new SamesameError('E_FORBIDDEN', {
        what: 'without tokens only requests to this machine by its own name are answered',
        expected: 'a Host of localhost or 127.0.0.1',
        received: host.slice(0, 200),
        help: 'start the service with --tokens FILE, or behind a proxy that sets Host',
      });
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && !corsOrigins.includes(origin) && !isOwn(origin, host)) {
      throw new SamesameError('E_FORBIDDEN', {
        what: 'pages of this origin may not ask here',
        expected: 'the service’s own origin, or one that it allows',
        received: origin.slice(0, 200),
        help: 'start the service with --cors-origin ORIGIN',
      });
    }
    await next();
  });
}

/** CORS headers for the origins that are allowed; none where there are none. */
export function allowOrigins({ settings }: Service) {
  return cors({
    origin: (origin) => (settings.corsOrigins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'X-Request-Id'],
    exposeHeaders: ['X-Request-Id', 'Retry-After'],
    maxAge: 600,
  });
}

/** `localhost` of `localhost:8080`, `::1` of `[::1]:8080`. */
function hostnameOf(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** Whatever the scheme: a proxy may speak TLS in front. */
function isOwn(origin: string, host: string): boolean {
  return /^https?:\/\/(.*)$/i.exec(origin)?.[1].toLowerCase() === host.toLowerCase();
}
