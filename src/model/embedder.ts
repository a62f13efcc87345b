import { SamesameError } from '../base/errors.ts';
import { halvesIn } from '../base/float16.ts';
import { forEachInParallel } from '../data/parallel.ts';
import type { Program, Runtime, RuntimeTensor } from '../graph/runtime/types.ts';

/** Turns decoded images, or their frozen features, into embeddings, a batch at a time. */
export interface Embedder {
  /** D of the embeddings. */
  readonly embeddingSize: number;
  /** Bytes of one decoded image, height × width × channels; or of its features, two a number. */
  readonly imageBytes: number;
  /**
   * @param images uint8 `[N, H, W, C]`; of an encoder that reads features, the bytes of float16 `[N, ...]`
   * @returns float32 `[N, D]`, owned by the caller
   * @throws E_SHAPE where the bytes are not whole images
   */
  embed(images: Uint8Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Images a run of the network: enough to keep two cores busy, few enough that activations stay in the cache. */
const MOST_AT_ONCE = 64;
/** Of large images fewer, because each thread of a threaded runtime has activations of its own. */
const FEWEST_AT_ONCE = 16;
const BYTES_AT_ONCE = 2 ** 21;

/** Loads an encoder's ONNX bytes. @throws E_MODEL where they are no samesame encoder, E_RUNTIME */
export async function createEmbedder(encoder: Uint8Array, runtime: Runtime): Promise<Embedder> {
  const program = await runtime.load(encoder);
  const readsFeatures = program.inputs.features !== undefined;
  const [, ...imageShape] = readsFeatures
    ? checkedShape(program, 'features')
    : checkedShape(program, 'images', 4);
  const [, embeddingSize] = checkedShape(program, 'embedding', 2);
  const imageBytes = imageShape.reduce((product, dim) => product * dim, 1) * (readsFeatures ? 2 : 1);
  const batchSize = Math.max(FEWEST_AT_ONCE, Math.min(MOST_AT_ONCE, Math.floor(BYTES_AT_ONCE / imageBytes)));
  const feedsOf = (bytes: Uint8Array, dims: readonly number[]): Record<string, RuntimeTensor> =>
    readsFeatures
      ? {
          features: runtime.tensor(
            'float16',
            halvesIn(bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()),
            dims,
          ),
        }
      : { images: runtime.tensor('uint8', bytes, dims) };

  return {
    embeddingSize,
    imageBytes,
    async embed(bytes) {
      const numImages = bytes.length / imageBytes;
      if (!Number.isInteger(numImages)) {
        throw new SamesameError('E_SHAPE', {
          what: 'embed needs whole images',
          expected: `a multiple of ${imageBytes} bytes, ${imageShape.join('×')} an image`,
          received: `${bytes.length} bytes`,
        });
      }
      const embeddings = new Float32Array(numImages * embeddingSize);
      await forEachInParallel(Math.ceil(numImages / batchSize), program.concurrency ?? 1, async (batch) => {
        const start = batch * batchSize;
        const end = Math.min(start + batchSize, numImages);
        const part = bytes.subarray(start * imageBytes, end * imageBytes);
        const { embedding } = await program.run(feedsOf(part, [end - start, ...imageShape]));
        embeddings.set(embedding.data as Float32Array, start * embeddingSize);
      });
      return embeddings;
    },
    close: () => program.close(),
  };
}

function checkedShape({ inputs, outputs }: Program, name: string, rank?: number): number[] {
  const shape = (inputs[name] ?? outputs[name])?.shape;
  if (
    shape !== undefined &&
    shape.length === (rank ?? shape.length) &&
    shape.slice(1).every((dim) => typeof dim === 'number')
  )
    return shape as number[];
  throw new SamesameError('E_MODEL', {
    what: 'this ONNX file is not an encoder of samesame',
    expected: 'images uint8 [batch, H, W, C] → embedding float32 [batch, D]',
    received: `inputs ${Object.keys(inputs).join(', ')}; outputs ${Object.keys(outputs).join(', ')}`,
  });
}
