import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getMimeType } from 'hono/utils/mime';

/** A file of the page as it is answered with. */
export interface PageFile {
  /** Address: `/assets/index-3f2a.js`; that of `index.html` is `/`. */
  readonly url: string;
  readonly path: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Whether its name changes with its content. */
  readonly isHashed: boolean;
}

/** Where the page is built to, beside the code. */
export const PAGE_FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../dist/page/' : '../../page/', import.meta.url),
);
/** Names that are no more than names, in an address as in a folder. */
const PLAIN = /^[\w@-][\w.@-]*$/;
const TYPES = /\.(html|m?js|css|wasm|json|svg|png|webp|jpe?g|ico|webmanifest|woff2|txt)$/;

/**
 * The files of the page, found once: a request then names one of them or nothing, so no address leads out of the folder.
 * None where the page was not built.
 */
export async function listPageFiles(folder: string): Promise<PageFile[]> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  if (!names.includes('index.html')) return [];
  const files: PageFile[] = [];
  for (const name of names.sort()) {
    const parts = name.split(sep);
    if (!TYPES.test(name) || !parts.every((part) => PLAIN.test(part))) continue;
    const path = join(folder, name);
    const found = await stat(path);
    if (!found.isFile()) continue;
    files.push({
      url: name === 'index.html' ? '/' : `/${parts.join('/')}`,
      path,
      contentType: getMimeType(name) ?? 'application/octet-stream',
      sizeBytes: found.size,
      isHashed: parts[0] === 'assets' && parts.length > 1,
    });
  }
  return files;
}
