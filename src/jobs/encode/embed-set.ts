import { forEachInParallel } from '../../data/parallel.ts';
import { reasonOf } from '../../data/pixels/bad.ts';
import { decodeOne } from '../../data/pixels/decode-one.ts';
import { NUM_DECODES, withOneThreadAnImage } from '../../data/pixels/threads.ts';
import type { BadImage, ImageSet, ProgressEvent } from '../../data/types.ts';
import type { OpenEncoder } from './open-encoder.ts';

/** Embeddings of the images of a set that can be read. */
export interface EmbeddedSet {
  /** float32 `[images.length, D]`. */
  readonly embeddings: Float32Array;
  readonly embeddingSize: number;
  /** Which images they are of, ascending. */
  readonly images: readonly number[];
  readonly bad: readonly BadImage[];
}

/** Bytes of pixels that are held at a time, and images at most. */
const CHUNK_BYTES = 2 ** 25;
const CHUNK = 256;

/**
 * Embeds the images of a set. One that cannot be read is left out, and named in `bad`.
 * @param indices default: all
 * @throws what `signal` aborts with
 */
export async function embedSet(
  set: ImageSet,
  { target, embed, embeddingSize }: Pick<OpenEncoder, 'target' | 'embed' | 'embeddingSize'>,
  {
    indices = Array.from({ length: set.numImages }, (_, i) => i),
    onProgress,
    signal,
  }: {
    readonly indices?: readonly number[];
    /** Stage `images`. */
    readonly onProgress?: (event: ProgressEvent) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<EmbeddedSet> {
  const imageBytes = target.height * target.width * target.channels;
  const size = Math.max(1, Math.min(CHUNK, Math.floor(CHUNK_BYTES / imageBytes)));
  const embeddings = new Float32Array(indices.length * embeddingSize);
  const images: number[] = [];
  const bad: BadImage[] = [];
  await withOneThreadAnImage(async () => {
    for (let start = 0; start < indices.length; start += size) {
      const chunk = indices.slice(start, start + size);
      const decoded = new Array<Uint8Array | string>(chunk.length);
      const decode = async (i: number) => {
        decoded[i] = await decodeOne(set, chunk[i], target).catch(reasonOf);
      };
      await forEachInParallel(chunk.length, NUM_DECODES, decode, signal);
      const pixels = new Uint8Array(chunk.length * imageBytes);
      const first = images.length;
      for (const [i, image] of decoded.entries()) {
        if (typeof image === 'string') bad.push({ id: set.id(chunk[i]), reason: image });
        else pixels.set(image, (images.push(chunk[i]) - 1 - first) * imageBytes);
      }
      const numGood = images.length - first;
      if (numGood > 0)
        embeddings.set(await embed(pixels.subarray(0, numGood * imageBytes)), first * embeddingSize);
      onProgress?.({ stage: 'images', done: start + chunk.length, total: indices.length });
    }
  });
  return { embeddings: embeddings.subarray(0, images.length * embeddingSize), embeddingSize, images, bad };
}
