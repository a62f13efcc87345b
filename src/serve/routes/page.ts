import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import type { PageFile } from '../page/page-files.ts';
import type { ServeEnv } from '../service.ts';
import { etagOf, isKnown } from './etag.ts';

/** What the page may do: run its own scripts and WebAssembly in threads, ask this service, and show images that it has. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The page's files, each at its own address. They are no secret: without a token they ask for one.
 *
 * With `same-origin` and `require-corp` the page is isolated from other origins, which is what browsers want before they
 * let WebAssembly have threads.
 */
export function addPageRoutes(app: OpenAPIHono<ServeEnv>, files: readonly PageFile[]): void {
  for (const { url, path, contentType, isHashed } of files) {
    app.get(url, async (c) => {
      // It may have been built anew.
      const { size, mtimeMs } = await stat(path).catch((cause) => {
        throw new SamesameError('E_NO_ROUTE', { what: 'this file of the page is gone', cause });
      });
      c.header('content-security-policy', PAGE_POLICY);
      c.header('cross-origin-embedder-policy', 'require-corp');
      c.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (isKnown(c, etagOf(`${size.toString(36)}-${Math.round(mtimeMs).toString(36)}`)))
        return c.body(null, 304);
      c.header('content-type', contentType);
      c.header('content-length', String(size));
      if (c.req.method === 'HEAD' || size === 0) return c.body(null, 200);
      return c.body(Readable.toWeb(createReadStream(path, { end: size - 1 })) as ReadableStream, 200);
    });
  }
}
