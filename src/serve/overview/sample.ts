import type { ImageRecord, VectorStore } from '../../search/store/types.ts';

/** Images that are looked at of a store: as many as fit on a screen, and are placed in seconds. */
export const MAX_IMAGES = 5000;
/** Numbers in their embeddings: 64 MB. */
const MAX_NUMBERS = 2 ** 24;

/** Some images of a store, or all of them. */
export interface StoreSample {
  /** Rows of the store. */
  readonly numRows: number;
  /** Ascending by id. */
  readonly records: readonly ImageRecord[];
  /** float32 `[records.length, D]`. */
  readonly embeddings: Float32Array;
}

/** All images of a small store, of a large one some that are drawn by chance. */
export async function sampleStore(
  store: Pick<VectorStore, 'sample' | 'count' | 'identity'>,
  maxImages: number,
): Promise<StoreSample> {
  const { embeddingSize: size } = store.identity;
  const numRows = await store.count();
  const drawn = await store.sample(Math.min(maxImages, Math.floor(MAX_NUMBERS / size)));
  // In one order, so that the same images lie at the same places.
  const order = drawn.records
    .map((record, row) => ({ record, row }))
    .sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
  const embeddings = new Float32Array(drawn.vectors.length);
  for (const [i, { row }] of order.entries())
    embeddings.set(drawn.vectors.subarray(row * size, (row + 1) * size), i * size);
  return { numRows, records: order.map(({ record }) => record), embeddings };
}
