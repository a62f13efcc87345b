import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FileServer, serveFiles } from './file-server.ts';

export interface HubServer {
  /** Without a slash at its end, as `HF_ENDPOINT` has it. */
  readonly endpoint: string;
  /** What the hub was asked: `HEAD owner/name/resolve/main/a.onnx`, with ` as TOKEN` where one was sent. */
  readonly requests: string[];
  /** The other host, where the bytes are. It names files as the hub does. */
  readonly store: FileServer;
  /** The token in each request to the store; undefined for none. */
  readonly storeTokens: (string | undefined)[];
  /** Answers of the hub that go before all others, one a request; `false` leaves it to the hub. */
  readonly faults: ((request: IncomingMessage, response: ServerResponse) => boolean)[];
  /** Files by `owner/name/resolve/revision/path`. */
  put(path: string, bytes: Uint8Array, claims?: { readonly sha256?: string }): void;
  /** A repository that wants this token. */
  gate(repo: string, token: string): void;
  /** A repository that has another name now. */
  rename(from: string, to: string): void;
  close(): Promise<void>;
}

export const sha256Hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Speaks the paths and headers of the Hugging Face hub: leads to another host for the bytes of large files. */
export async function serveHub(): Promise<HubServer> {
  const files = new Map<string, { readonly sha256: string; readonly sizeBytes: number }>();
  const gates = new Map<string, string>();
  const names = new Map<string, string>();
  const store = await serveFiles({});
  const storeTokens: (string | undefined)[] = [];
  store.onRequest = ({ headers }) => {
    storeTokens.push(headers.authorization);
  };
  const http = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1));
    const token = request.headers.authorization?.replace('Bearer ', '');
    server.requests.push(`${request.method} ${path}${token === undefined ? '' : ` as ${token}`}`);
    if (server.faults.shift()?.(request, response)) return;
    const repo = path.split('/resolve/')[0];
    const moved = names.get(repo);
    if (moved !== undefined) {
      response.writeHead(307, { location: `/${path.replace(repo, moved)}` }).end();
      return;
    }
    const gate = gates.get(repo);
    if (gate !== undefined && gate !== token) {
      const message = 'Access to model is restricted.';
      response.writeHead(401, { 'x-error-code': 'GatedRepo', 'x-error-message': message }).end();
      return;
    }
    const file = files.get(path);
    if (file === undefined) {
      response
        .writeHead(404, { 'x-error-code': 'EntryNotFound', 'x-error-message': 'Entry not found' })
        .end();
      return;
    }
    response
      .writeHead(302, {
        location: `${store.url}${encodeURIComponent(path)}`,
        'x-repo-commit': '0123456789abcdef0123456789abcdef01234567',
        'x-linked-etag': `"${file.sha256}"`,
        'x-linked-size': file.sizeBytes,
      })
      .end();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: HubServer = {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: [],
    store,
    storeTokens,
    faults: [],
    put(path, bytes, { sha256 = sha256Hex(bytes) } = {}) {
      files.set(path, { sha256, sizeBytes: bytes.length });
      store.files.set(path, bytes);
    },
    gate: (repo, token) => gates.set(repo, token),
    rename: (from, to) => names.set(from, to),
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await store.close();
    },
  };
  return server;
}
