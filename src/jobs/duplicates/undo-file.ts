import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';

/** A file that was moved, by absolute paths. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** Name of an undo file, before its number and its ending. */
export const UNDO_NAME = 'undo';

const undoSchema = z.strictObject({
  format: z.literal('samesame-undo'),
  version: z.literal(1),
  moves: z.array(z.strictObject({ from: z.string().min(1), to: z.string().min(1) })),
});

export function encodeUndo(moves: readonly Move[]): string {
  return `${JSON.stringify({ format: 'samesame-undo', version: 1, moves }, null, 1)}\n`;
}

/** @throws E_NOT_FOUND, E_PERMISSION, E_DATA */
export async function readUndo(path: string): Promise<readonly Move[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  const wrong = (received: string, cause?: unknown) =>
    new SamesameError('E_DATA', {
      what: `${path} is not an undo file`,
      expected: 'an undo.json as samesame duplicates --move-to writes it',
      received,
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong('no JSON', cause);
  }
  const result = undoSchema.safeParse(json);
  if (!result.success) throw wrong(z.prettifyError(result.error));
  return result.data.moves;
}
