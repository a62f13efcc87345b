import {
  type Data,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
} from 'apache-arrow';
import { RECORD_COLUMNS } from '../columns.ts';
import type { ImageRecord, ImageRows } from '../types.ts';

/** The table's columns; `metadata` is Lance's own JSON type, so that filters can look into it. */
export function schemaFor(embeddingSize: number): Schema {
  const json = new Map([
    ['ARROW:extension:name', 'arrow.json'],
    ['ARROW:extension:metadata', ''],
  ]);
  return new Schema([
    new Field('id', new Utf8(), false),
    new Field('path', new Utf8(), false),
    new Field('content_hash', new Utf8(), false),
    new Field('model', new Utf8(), false),
    new Field('size_bytes', new Float64(), false),
    new Field('modified_ms', new Float64(), false),
    new Field('label', new Utf8(), true),
    new Field('metadata', new Utf8(), true, json),
    new Field('vector', new FixedSizeList(embeddingSize, new Field('item', new Float32(), true)), false),
  ]);
}

/** Rows as an Arrow IPC file. The embeddings are not copied number by number. */
export function encodeRows({ records, vectors }: ImageRows, schema: Schema): Buffer {
  const length = records.length;
  const texts = (read: (record: ImageRecord) => string | null) => encodeTexts(records.map(read));
  const numbers = (read: (record: ImageRecord) => number) =>
    makeData({ type: new Float64(), length, nullCount: 0, data: Float64Array.from(records, read) });
  const child = makeData({ type: new Float32(), length: vectors.length, nullCount: 0, data: vectors });
  const columns = [
    texts((record) => record.id),
    texts((record) => record.path),
    texts((record) => record.contentHash),
    texts((record) => record.model),
    numbers((record) => record.sizeBytes),
    numbers((record) => record.modifiedMs),
    texts((record) => record.label),
    texts((record) => JSON.stringify(record.metadata)),
    makeData({ type: schema.fields[8].type as FixedSizeList, length, nullCount: 0, child }),
  ];
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: columns });
  return Buffer.from(tableToIPC(new Table(schema, [new RecordBatch(schema, struct)]), 'file'));
}

/** A column of text: the library's own builder goes text by text, and rows take twice as long to be encoded. */
function encodeTexts(texts: readonly (string | null)[]): Data<Utf8> {
  const length = texts.length;
  const valueOffsets = new Int32Array(length + 1);
  const nullBitmap = new Uint8Array((length + 7) >> 3);
  let nullCount = 0;
  for (const [row, text] of texts.entries()) {
    valueOffsets[row + 1] = valueOffsets[row] + Buffer.byteLength(text ?? '');
    if (text === null) nullCount++;
    else nullBitmap[row >> 3] |= 1 << (row & 7);
  }
  const data = Buffer.alloc(valueOffsets[length]);
  for (const [row, text] of texts.entries()) data.write(text ?? '', valueOffsets[row]);
  return makeData({ type: new Utf8(), length, nullCount, valueOffsets, data, nullBitmap });
}

/** What LanceDB's record batches are read by: it brings its own copy of Arrow's types. */
export interface BatchLike {
  readonly numRows: number;
  getChild(name: string): ColumnLike | null;
}

interface ColumnLike {
  get(row: number): unknown;
}

export function decodeRecords(batch: BatchLike): ImageRecord[] {
  const [id, path, contentHash, model, sizeBytes, modifiedMs, label, metadata] = RECORD_COLUMNS.map(
    (name) => batch.getChild(name)!,
  );
  return Array.from({ length: batch.numRows }, (_, row) => ({
    id: id.get(row) as string,
    path: path.get(row) as string,
    contentHash: contentHash.get(row) as string,
    model: model.get(row) as string,
    sizeBytes: sizeBytes.get(row) as number,
    modifiedMs: modifiedMs.get(row) as number,
    label: label.get(row) as string | null,
    metadata: JSON.parse((metadata.get(row) as string | null) ?? '{}') as ImageRecord['metadata'],
  }));
}

/** The embeddings of a batch: float32 `[numRows, D]`, the caller's own. */
export function decodeVectors(batch: BatchLike, embeddingSize: number): Float32Array {
  const vectors = new Float32Array(batch.numRows * embeddingSize);
  const column = batch.getChild('vector')!;
  for (let row = 0; row < batch.numRows; row++) {
    const item = column.get(row) as { toArray(): Float32Array };
    vectors.set(item.toArray(), row * embeddingSize);
  }
  return vectors;
}

/** Batches put together. */
export function joinRows(batches: readonly BatchLike[], embeddingSize: number): ImageRows {
  const records = batches.flatMap(decodeRecords);
  const vectors = new Float32Array(records.length * embeddingSize);
  let at = 0;
  for (const batch of batches) {
    const part = decodeVectors(batch, embeddingSize);
    vectors.set(part, at);
    at += part.length;
  }
  return { records, vectors };
}
