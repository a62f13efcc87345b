import type { PairList } from '../data/types.ts';
import type { Model } from '../model/model.ts';

/** Rows of bytes that a model embeds: decoded pixels, or what a frozen trunk made of them. A pixel store is one. */
export interface ImageRows {
  readonly rowBytes: number;
  /** Copies the rows of images into `out`, in the order of `indices`. */
  gather(indices: Int32Array, out: Uint8Array): Promise<void>;
}

/** Bytes gathered at a time, and images at most. */
const CHUNK_BYTES = 2 ** 25;
const CHUNK = 1024;

/** Embeddings of images, in the order of `indices`: float32 `[indices.length, D]`. */
export async function embedStore(
  embed: Model['embed'],
  rows: ImageRows,
  indices: Int32Array,
  onProgress?: (done: number, total: number) => void,
): Promise<Float32Array> {
  const { rowBytes } = rows;
  const size = Math.max(1, Math.min(CHUNK, indices.length, Math.floor(CHUNK_BYTES / rowBytes)));
  const buffer = new Uint8Array(size * rowBytes);
  let embeddings: Float32Array | undefined;
  for (let start = 0; start < indices.length; start += size) {
    const chunk = indices.subarray(start, start + size);
    await rows.gather(chunk, buffer);
    const part = await embed(buffer.subarray(0, chunk.length * rowBytes));
    embeddings ??= new Float32Array((part.length / chunk.length) * indices.length);
    embeddings.set(part, (start * embeddings.length) / indices.length);
    onProgress?.(start + chunk.length, indices.length);
  }
  return embeddings ?? new Float32Array(0);
}

/** Distances of pairs; each image that occurs in them is embedded once. */
export async function measurePairs(
  { embed, distances }: Pick<Model, 'embed' | 'distances'>,
  rows: ImageRows,
  { left, right, numPairs }: PairList,
): Promise<Float32Array> {
  const indices = Int32Array.from(new Set([...left, ...right])).sort();
  const embeddings = await embedStore(embed, rows, indices);
  return measureEmbedded({ distances }, embeddings, indices, { left, right, numPairs });
}

/**
 * Distances of pairs of images that are embedded already.
 * @param embeddings float32 `[indices.length, D]`
 * @param indices the images that they are of; every image of the pairs is among them
 */
export async function measureEmbedded(
  { distances }: Pick<Model, 'distances'>,
  embeddings: Float32Array,
  indices: Int32Array,
  { left, right, numPairs }: Pick<PairList, 'left' | 'right' | 'numPairs'>,
): Promise<Float32Array> {
  const place = new Map(Array.from(indices, (index, i) => [index, i]));
  const size = embeddings.length / indices.length;
  const result = new Float32Array(numPairs);
  for (let start = 0; start < numPairs; start += CHUNK) {
    const end = Math.min(start + CHUNK, numPairs);
    const embeddingsOf = (side: Int32Array) => {
      const block = new Float32Array((end - start) * size);
      for (let p = start; p < end; p++) {
        const row = place.get(side[p])! * size;
        block.set(embeddings.subarray(row, row + size), (p - start) * size);
      }
      return block;
    };
    result.set(await distances(embeddingsOf(left), embeddingsOf(right)), start);
  }
  return result;
}
