import type { PixelStore } from '../data/pixels/store.ts';
import type { PairList } from '../data/types.ts';
import type { Model } from '../model/model.ts';

/** Images gathered at a time. */
const CHUNK = 1024;

/** Embeddings of images of a store, in the order of `indices`: float32 `[indices.length, D]`. */
export async function embedStore(
  embed: Model['embed'],
  pixels: PixelStore,
  indices: Int32Array,
  onProgress?: (done: number, total: number) => void,
): Promise<Float32Array> {
  const { height, width, channels } = pixels.shape;
  const imageBytes = height * width * channels;
  const buffer = new Uint8Array(Math.min(CHUNK, indices.length) * imageBytes);
  let embeddings: Float32Array | undefined;
  for (let start = 0; start < indices.length; start += CHUNK) {
    const chunk = indices.subarray(start, start + CHUNK);
    await pixels.gather(chunk, buffer);
    const part = await embed(buffer.subarray(0, chunk.length * imageBytes));
    embeddings ??= new Float32Array((part.length / chunk.length) * indices.length);
    embeddings.set(part, (start * embeddings.length) / indices.length);
    onProgress?.(start + chunk.length, indices.length);
  }
  return embeddings ?? new Float32Array(0);
}

/** Distances of pairs; each image that occurs in them is embedded once. */
export async function measurePairs(
  { embed, distances }: Pick<Model, 'embed' | 'distances'>,
  pixels: PixelStore,
  { left, right, numPairs }: PairList,
): Promise<Float32Array> {
  const indices = Int32Array.from(new Set([...left, ...right])).sort();
  const place = new Map(Array.from(indices, (index, i) => [index, i]));
  const embeddings = await embedStore(embed, pixels, indices);
  const size = embeddings.length / indices.length;
  const result = new Float32Array(numPairs);
  for (let start = 0; start < numPairs; start += CHUNK) {
    const end = Math.min(start + CHUNK, numPairs);
    const rows = (side: Int32Array) => {
      const block = new Float32Array((end - start) * size);
      for (let p = start; p < end; p++) {
        const row = place.get(side[p])! * size;
        block.set(embeddings.subarray(row, row + size), (p - start) * size);
      }
      return block;
    };
    result.set(await distances(rows(left), rows(right)), start);
  }
  return result;
}
