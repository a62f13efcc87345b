/// <reference lib="dom" />
import { type ErrorCode, SamesameError } from '../../base/errors.ts';

export interface FetchOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Told how many of how many there are; of 0 where the host does not say. */
  readonly onBytes: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * The bytes of one file on a host.
 * @throws E_NOT_FOUND, E_UNAUTHORIZED, E_FORBIDDEN, E_DOWNLOAD; what `signal` aborts with
 */
export async function fetchBytes(
  url: string,
  { headers, onBytes, signal }: FetchOptions,
): Promise<Uint8Array> {
  const response = await fetch(url, { headers, signal }).catch((cause) => {
    signal.throwIfAborted();
    throw new SamesameError('E_DOWNLOAD', {
      what: `fetching ${url} failed`,
      received: messageOf(cause),
      help: 'see that the host answers, and, where it is another than the page’s, that it sends Access-Control-Allow-Origin',
      details: { url },
      cause,
    });
  });
  if (!response.ok) throw refused(url, response.status);
  // Of a compressed answer the length is that of the packed bytes.
  const isPacked = response.headers.get('content-encoding') !== null;
  const total = isPacked ? 0 : Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let done = 0;
  try {
    const reader = response.body!.getReader();
    for (;;) {
      const { done: isOver, value } = await reader.read();
      if (isOver) break;
      parts.push(value);
      done += value.length;
      onBytes(done, total);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new SamesameError('E_DOWNLOAD', {
      what: `fetching ${url} broke off`,
      received: `${done} bytes${total > 0 ? ` of ${total}` : ''}: ${messageOf(cause)}`,
      help: 'try again',
      details: { url },
      cause,
    });
  }
  return joined(parts, done);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const REFUSALS: Readonly<Record<number, ErrorCode>> = {
  401: 'E_UNAUTHORIZED',
  403: 'E_FORBIDDEN',
  404: 'E_NOT_FOUND',
  410: 'E_NOT_FOUND',
};

function refused(url: string, status: number): SamesameError {
  const code = REFUSALS[status] ?? 'E_DOWNLOAD';
  const isClosed = status === 401 || status === 403;
  return new SamesameError(code, {
    what: isClosed ? `${url} is not for everybody` : `there is no ${url} to be had`,
    expected: isClosed
      ? 'headers that the host lets in'
      : 'the address of a model folder, with config.json and encoder.onnx in it',
    received: `status ${status}`,
    ...(isClosed && {
      help: "give a token: openModel(address, { headers: { authorization: 'Bearer TOKEN' } })",
    }),
    details: { url, status },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
