import type { Context } from 'hono';

/** An answer that the client has already, for the document. */
export const NOT_MODIFIED = { 304: { description: 'As If-None-Match says.' } } as const;

/** @param name of this very content: equal for equal bytes */
export function etagOf(name: string): string {
  return `"${name.replaceAll(/[^\w.-]/g, '')}"`;
}

/** Writes the header, and tells whether the client has that very content already. */
export function isKnown(c: Context, etag: string): boolean {
  c.header('etag', etag);
  const asked = c.req.header('if-none-match') ?? '';
  return asked.split(/\s*,\s*/).some((one) => one.replace(/^W\//, '') === etag);
}
