import { existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request in a way of its own; `false` leaves it to the server. */
export type Fault = (
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array | undefined,
) => boolean | undefined;

export interface FileServer {
  /** Ends in a slash. */
  readonly url: string;
  readonly files: Map<string, Uint8Array>;
  /** What was asked, in order: `GET a.zip`, `GET a.zip bytes=10- if "tag"`. */
  readonly requests: string[];
  /** The next requests are answered by these, one each. */
  readonly faults: Fault[];
  /** Sees each request before it is answered. */
  onRequest?: (request: IncomingMessage) => void;
  /** As strong ETag of every file; undefined for none. */
  tag: string | undefined;
  close(): Promise<void>;
}

/** Serves bytes on the loopback interface as a good server of files does: Range, If-Range, ETag. */
export async function serveFiles(files: Readonly<Record<string, Uint8Array>>): Promise<FileServer> {
  const http = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    const { range, 'if-range': ifRange } = request.headers;
    const asked = [request.method, name, range, ifRange === undefined ? undefined : `if ${ifRange}`];
    server.requests.push(asked.filter((part) => part !== undefined).join(' '));
    server.onRequest?.(request);
    const file = server.files.get(name);
    if (server.faults.shift()?.(request, response, file)) return;
    if (file === undefined) {
      response.writeHead(404).end('no such file');
      return;
    }
    const headers = server.tag === undefined ? {} : { etag: `"${server.tag}"` };
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(start) || (ifRange !== undefined && ifRange !== `"${server.tag}"`)) {
      response.writeHead(200, { ...headers, 'content-length': file.length }).end(file);
    } else if (start >= file.length) {
      response.writeHead(416, { ...headers, 'content-range': `bytes */${file.length}` }).end();
    } else {
      const rest = file.subarray(start);
      response
        .writeHead(206, {
          ...headers,
          'content-length': rest.length,
          'content-range': `bytes ${start}-${file.length - 1}/${file.length}`,
        })
        .end(rest);
    }
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: FileServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    files: new Map(Object.entries(files)),
    requests: [],
    faults: [],
    tag: 'v1',
    close: () => {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
  return server;
}

/**
 * Promises the whole file, sends `numBytes` of it (of the range that was asked for), and hangs up.
 * @param part where the client puts it: it is given the time to write what was sent, which a broken connection discards.
 */
export function cutAfter(numBytes: number, part: string, tag = 'v1'): Fault {
  return (request, response, file) => {
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = file!.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag: `"${tag}"`,
      'content-length': rest.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${file!.length - 1}/${file!.length}` }),
    });
    response.write(rest.subarray(0, numBytes));
    const timer = setInterval(() => {
      if (!existsSync(part) || statSync(part).size < start + numBytes) return;
      clearInterval(timer);
      response.destroy();
    }, 5);
    response.on('close', () => clearInterval(timer));
    return true;
  };
}
