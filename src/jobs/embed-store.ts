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
  pairs: PairList,
): Promise<Float32Array> {
  const result = new Float32Array(pairs.numPairs);
  for await (const { start, left, right } of embedPairs(embed, rows, pairs))
    result.set(await distances(left, right), start);
  return result;
}

/** The embeddings of some pairs of a list. */
export interface EmbeddedPairs {
  /** Of the first of them in the list. */
  readonly start: number;
  readonly numPairs: number;
  /** float32 `[numPairs, D]`, the reader's own. */
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** Both embeddings of each pair of a list, block by block; each image that occurs in it is embedded once. */
export async function* embedPairs(
  embed: Model['embed'],
  rows: ImageRows,
  pairs: PairList,
): AsyncGenerator<EmbeddedPairs> {
  const indices = Int32Array.from(new Set([...pairs.left, ...pairs.right])).sort();
  yield* blocksOfPairs(await embedStore(embed, rows, indices), indices, pairs);
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
  pairs: Pick<PairList, 'left' | 'right' | 'numPairs'>,
): Promise<Float32Array> {
  const result = new Float32Array(pairs.numPairs);
  for (const { start, left, right } of blocksOfPairs(embeddings, indices, pairs))
    result.set(await distances(left, right), start);
  return result;
}

function* blocksOfPairs(
  embeddings: Float32Array,
  indices: Int32Array,
  { left, right, numPairs }: Pick<PairList, 'left' | 'right' | 'numPairs'>,
): Generator<EmbeddedPairs> {
  const place = new Map(Array.from(indices, (index, i) => [index, i]));
  const size = embeddings.length / indices.length;
  // Bare pixels are long embeddings.
  const blockSize = Math.max(1, Math.min(CHUNK, Math.floor(CHUNK_BYTES / (4 * size))));
  for (let start = 0; start < numPairs; start += blockSize) {
    const end = Math.min(start + blockSize, numPairs);
    const embeddingsOf = (side: Int32Array) => {
      const block = new Float32Array((end - start) * size);
      for (let p = start; p < end; p++) {
        const row = place.get(side[p])! * size;
        block.set(embeddings.subarray(row, row + size), (p - start) * size);
      }
      return block;
    };
    yield { start, numPairs: end - start, left: embeddingsOf(left), right: embeddingsOf(right) };
  }
}
