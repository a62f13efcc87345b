/// <reference lib="dom" />
import type { OpenModelArgs } from './messages.ts';
import type { ModelSource } from './types.ts';

/** A model's source as it can be sent to a worker. */
export function sendable(source: ModelSource): OpenModelArgs['source'] {
  if (typeof source === 'string' || source instanceof URL) return asFolder(source);
  return source instanceof Blob || source instanceof Map ? source : [...(source as readonly File[])];
}

/** An absolute address that ends in a slash, so that names of files can be put behind it. */
export function asFolder(address: string | URL): string {
  const url = new URL(address, location.href);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
