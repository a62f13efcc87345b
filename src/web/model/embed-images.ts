/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import type { Context } from '../handlers.ts';
import { toNetwork } from '../pixels/to-network.ts';
import type { WebImage } from '../types.ts';
import type { OpenedModel } from './opened-model.ts';

/** Images a run of the network: after each, others get their turn and a cancelled call ends. */
const BATCH_SIZE = 8;

/**
 * @returns float32 `[images.length, D]`
 * @throws E_IMAGE with the image's place as `details.index`; E_RUNTIME; what `signal` aborts with
 */
export async function embedImages(
  { info, embedder }: OpenedModel,
  images: readonly WebImage[],
  { signal, onProgress }: Context,
): Promise<Float32Array<ArrayBuffer>> {
  const { embeddingSize, input } = info;
  const { imageBytes } = embedder;
  const embeddings = new Float32Array(images.length * embeddingSize);
  for (let start = 0; start < images.length; start += BATCH_SIZE) {
    const count = Math.min(BATCH_SIZE, images.length - start);
    const batch = new Uint8Array(count * imageBytes);
    for (let i = 0; i < count; i++) {
      signal.throwIfAborted();
      const { pixels } = await toNetwork(images[start + i], input).catch((error) => {
        throw withIndex(error, start + i);
      });
      batch.set(pixels, i * imageBytes);
    }
    embeddings.set(await embedder.embed(batch), start * embeddingSize);
    onProgress({ stage: 'embed', done: start + count, total: images.length });
    await otherMessages();
  }
  return embeddings;
}

function withIndex(error: unknown, index: number): unknown {
  if (!(error instanceof SamesameError)) return error;
  return new SamesameError(error.code, {
    what: error.message,
    details: { ...error.details, index },
    cause: error,
  });
}

/** Lets the worker read its messages: promises alone do not. */
function otherMessages(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
