import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { badLine } from '../csv.ts';

/** A line of a list of images. */
export interface PathEntry {
  /** As it is written. */
  readonly path: string;
  readonly label?: string;
}

/** No path of any system is longer, so the file is no list. */
const MAX_LENGTH = 2 ** 16;
const EXPECTED = 'one path a line, paths with a NUL between them, or JSON lines with {"path": …, "label": …}';

/**
 * The images that a list names, read as they come: a list may be longer than memory. By its first bytes it is paths with
 * a NUL between them (`find -print0`), JSON lines (`{"path": "a.jpg", "label": "hat"}` or `"a.jpg"`), or one path a line.
 * @param file path of the list, or `-` for `stdin`
 * @throws E_NOT_FOUND, E_PERMISSION, E_IO; E_DATA_MANIFEST naming the line
 */
export async function* readPathList(
  file: string,
  stdin: Readable = process.stdin,
): AsyncGenerator<PathEntry> {
  const name = file === '-' ? 'the list on stdin' : file;
  const stream = file === '-' ? stdin : createReadStream(file);
  let format: 'lines' | 'nul' | 'json' | undefined;
  let line = 0;
  for await (const [text, separator] of pieces(stream, name)) {
    line++;
    format ??= separator === '\0' ? 'nul' : /^\s*["{]/.test(text) && isJson(text) ? 'json' : 'lines';
    if (format === 'nul' ? text === '' : text.trim() === '') continue;
    if (format === 'json') yield readJson(text, name, line);
    else yield { path: format === 'lines' && text.endsWith('\r') ? text.slice(0, -1) : text };
  }
}

/** The text between separators, which are NUL where the first bytes have one. */
async function* pieces(stream: Readable, name: string): AsyncGenerator<[text: string, separator: string]> {
  const decoder = new TextDecoder();
  let separator: string | undefined;
  let rest = '';
  try {
    for await (const chunk of stream) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      separator ??= rest.includes('\0') ? '\0' : '\n';
      const parts = rest.split(separator);
      rest = parts.pop()!;
      for (const part of parts) yield [part, separator];
      if (rest.length > MAX_LENGTH) {
        throw new SamesameError('E_DATA_MANIFEST', {
          what: `${name} is no list of images`,
          expected: EXPECTED,
          received: `more than ${MAX_LENGTH} letters without an end of line`,
        });
      }
    }
  } catch (error) {
    throw errorFromSystem(error, `reading ${name}`);
  }
  rest += decoder.decode();
  if (rest !== '') yield [rest, separator ?? '\n'];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readJson(text: string, name: string, line: number): PathEntry {
  if (!isJson(text)) throw badLine(name, line, 'this is no JSON', '{"path": "a.jpg"}');
  const value = JSON.parse(text) as { path?: unknown; label?: unknown } | string;
  if (typeof value === 'string' && value !== '') return { path: value };
  const { path, label } = (value ?? {}) as { path?: unknown; label?: unknown };
  if (typeof path !== 'string' || path === '')
    throw badLine(name, line, 'there is no path', '{"path": "a.jpg"}');
  if (label === undefined || label === null) return { path };
  if (typeof label !== 'string') throw badLine(name, line, 'the label is no text', '{"label": "hat"}');
  return { path, label };
}
