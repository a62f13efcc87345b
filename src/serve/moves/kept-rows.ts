import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import type { ImageRecord, ImageRows, JsonValue } from '../../search/store/types.ts';

/** Rows that left the store when their files were moved, to be put back with them. */
export interface KeptRows extends ImageRows {
  /** The store that they belong in, by its name. */
  readonly store: string;
  /** ISO 8601. */
  readonly movedAt: string;
}

/** Name of the file, beside the undo file of the same move. */
export const ROWS_NAME = 'rows.json';

const rowsSchema = z.strictObject({
  format: z.literal('samesame-moved-rows'),
  version: z.literal(1),
  store: z.string(),
  movedAt: z.iso.datetime(),
  records: z.array(
    z.strictObject({
      id: z.string().min(1),
      path: z.string().min(1),
      contentHash: z.string(),
      model: z.string(),
      sizeBytes: z.number(),
      modifiedMs: z.number(),
      label: z.string().nullable(),
      metadata: z.record(z.string(), z.json()),
    }),
  ),
  /** Bytes of float32, little-endian, in base64. */
  vectors: z.string(),
});

/** Whole and flushed when it returns. @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function writeKeptRows(
  folder: string,
  { store, movedAt, records, vectors }: KeptRows,
): Promise<void> {
  const bytes = Buffer.alloc(4 * vectors.length);
  for (const [i, value] of vectors.entries()) bytes.writeFloatLE(value, 4 * i);
  const content = { format: 'samesame-moved-rows', version: 1, store, movedAt, records };
  await writeFileAtomic(
    join(folder, ROWS_NAME),
    `${JSON.stringify({ ...content, vectors: bytes.toString('base64') })}\n`,
  );
}

/** Undefined where there are none. @throws E_DATA for a file that was changed; E_PERMISSION, E_IO */
export async function readKeptRows(folder: string): Promise<KeptRows | undefined> {
  const path = join(folder, ROWS_NAME);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const result = rowsSchema.safeParse(json);
  if (!result.success) {
    throw new SamesameError('E_DATA', {
      what: 'the rows of this move cannot be read any more',
      expected: `a ${ROWS_NAME} as the service writes it`,
      received: json === undefined ? 'no JSON' : z.prettifyError(result.error),
      help: 'bring its files back with samesame duplicates --undo, and index them anew',
      details: { path },
    });
  }
  const { store, movedAt, records } = result.data;
  const bytes = Buffer.from(result.data.vectors, 'base64');
  const vectors = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  return { store, movedAt, records: records.map(toRecord), vectors };
}

function toRecord(record: z.infer<typeof rowsSchema>['records'][number]): ImageRecord {
  return { ...record, metadata: record.metadata as { readonly [key: string]: JsonValue } };
}
