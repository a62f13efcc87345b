/** Columns of a row without its embedding, in both engines. */
export const RECORD_COLUMNS = [
  'id',
  'path',
  'content_hash',
  'model',
  'size_bytes',
  'modified_ms',
  'label',
  'metadata',
] as const;
