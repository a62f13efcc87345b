import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A storage that answers ListObjectsV2 and GetObject as Amazon's does, by path, and forgets everything at the end. */
export interface S3Server {
  readonly endpoint: string;
  /** By key; its one bucket is called `photos`. */
  readonly objects: Map<string, { readonly bytes: Uint8Array; readonly modifiedMs: number }>;
  readonly requests: string[];
  /** Answers the next requests with these statuses. */
  readonly refusals: number[];
  /** Whether `encoding-type=url` is known. Default yes. */
  escapes: boolean;
  close(): Promise<void>;
}

const PAGE = 3;

export async function startS3(): Promise<S3Server> {
  const objects: S3Server['objects'] = new Map();
  const state = { objects, requests: [] as string[], refusals: [] as number[], escapes: true };
  const server = createServer((request, response) => answer(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

type State = Pick<S3Server, 'objects' | 'requests' | 'refusals' | 'escapes'>;

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
  state.requests.push(request.url!);
  const [, bucket, ...parts] = pathname.split('/');
  const key = decodeURIComponent(parts.join('/'));
  const refusal = state.refusals.shift();
  const signature = request.headers.authorization ?? '';
  const object = state.objects.get(key);
  if (refusal !== undefined) fail(response, refusal, 'SlowDown');
  else if (bucket !== 'photos') fail(response, 404, 'NoSuchBucket');
  else if (!/^AWS4-HMAC-SHA256 Credential=key\//.test(signature)) fail(response, 403, 'AccessDenied');
  else if (searchParams.get('list-type') === '2')
    response.setHeader('content-type', 'application/xml').end(list(state, searchParams));
  else if (object === undefined) fail(response, 404, 'NoSuchKey');
  else response.setHeader('last-modified', new Date(object.modifiedMs).toUTCString()).end(object.bytes);
}

function list({ objects, escapes }: State, asked: URLSearchParams): string {
  const prefix = asked.get('prefix') ?? '';
  const after = asked.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const rest = keys.slice(after === '' ? 0 : Number(after.split(' ')[1]));
  const write = (key: string) => (escapes ? encodeURIComponent(key).replaceAll('%2F', '/') : escapeXml(key));
  const contents = rest.slice(0, PAGE).map((key) => {
    const { bytes, modifiedMs } = objects.get(key)!;
    const time = new Date(modifiedMs).toISOString();
    return `<Contents><Key>${write(key)}</Key><LastModified>${time}</LastModified><ETag>&quot;e&quot;</ETag><Size>${bytes.length}</Size></Contents>`;
  });
  const isCut = rest.length > PAGE;
  // A token that has to be escaped in a query, as real ones do.
  const token = `<NextContinuationToken>a+b/= ${keys.length - rest.length + PAGE}</NextContinuationToken>`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
    `${escapes ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${isCut}</IsTruncated>${isCut ? token : ''}` +
    `${contents.join('')}</ListBucketResult>`
  );
}

function escapeXml(text: string): string {
  return text.replace(/[&<>\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  response.end(`<Error><Code>${code}</Code><Message>as it was asked for</Message></Error>`);
}
