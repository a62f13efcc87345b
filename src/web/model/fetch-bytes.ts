/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';

/**
 * The bytes of one file on a static host.
 * @param onBytes told how many of how many there are; of 0 where the host does not say
 * @throws E_NOT_FOUND, E_DOWNLOAD; what `signal` aborts with
 */
export async function fetchBytes(
  url: string,
  onBytes: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const response = await fetch(url, { signal }).catch((cause) => {
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

function refused(url: string, status: number): SamesameError {
  return new SamesameError(status === 404 || status === 410 ? 'E_NOT_FOUND' : 'E_DOWNLOAD', {
    what: `there is no ${url} to be had`,
    expected: 'the address of a model folder, with config.json and encoder.onnx in it',
    received: `status ${status}`,
    details: { url, status },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
