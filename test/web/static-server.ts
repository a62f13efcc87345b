import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.jsonl': 'application/x-ndjson',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

export interface StaticServer {
  /** Ends in a slash. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/**
 * Serves files as any host of static folders does, and nothing else.
 * @param folders by the path that they are found under, the longest first: `{ '/model/': …, '/': 'dist/page' }`
 */
export async function serveFolders(folders: Readonly<Record<string, string>>): Promise<StaticServer> {
  const requests: string[] = [];
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname);
    requests.push(path);
    const prefix = prefixes.find((start) => path.startsWith(start));
    const name = path.endsWith('/') ? 'index.html' : '';
    const file =
      prefix === undefined
        ? undefined
        : await readFile(join(folders[prefix], normalize(`/${path.slice(prefix.length)}`), name)).catch(
            () => undefined,
          );
    if (file === undefined) {
      response.writeHead(404).end('not here');
      return;
    }
    const type = TYPES[extname(name || path)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
