/// <reference lib="dom" />
import { SamesameError } from '../base/errors.ts';
import type { OpenModelArgs } from './messages.ts';
import type { ModelSource } from './types.ts';

/** A model's source as it can be sent to a worker. */
export function sendable(source: ModelSource): OpenModelArgs['source'] {
  if (isAddress(source)) return asFolder(source);
  return source instanceof Blob || source instanceof Map ? source : [...(source as readonly File[])];
}

/** An absolute address that ends in a slash, so that names of files can be put behind it. */
export function asFolder(address: string | URL): string {
  const url = new URL(address, location.href);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}

/** @throws E_CONFIG for headers with files, and for what no header can be */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  source: ModelSource | undefined,
): void {
  if (!isAddress(source)) {
    throw new SamesameError('E_CONFIG', {
      what: 'headers are only sent to an address',
      expected: 'the address of a model folder, or no headers',
      received: 'files of a model',
      details: { option: 'headers' },
    });
  }
  try {
    new Headers({ ...headers });
  } catch (cause) {
    // The browser's own message shows the value, which may be a secret.
    throw new SamesameError('E_CONFIG', {
      what: 'these headers cannot be sent',
      expected: 'names and values of HTTP headers, such as { authorization: "Bearer TOKEN" }',
      received: `headers of the names ${Object.keys(headers).join(', ')}`,
      details: { option: 'headers' },
      cause,
    });
  }
}

function isAddress(source: ModelSource | undefined): source is string | URL {
  return typeof source === 'string' || source instanceof URL;
}
