import type { Context } from 'hono';
import type { Engine } from '../engine/engine.ts';
import { type ImageResult, workOnImages } from '../requests/image-results.ts';
import { type ImageCount, readImages } from '../requests/read-images.ts';
import type { SentImage } from '../requests/sent-image.ts';
import type { ServeEnv, Service } from '../service.ts';
import { untilAborted } from '../steps/admit.ts';

/** The images of a request with their embeddings, float32 `[D]` each, and the engine that made them. */
export interface EmbeddedRequest {
  readonly images: readonly SentImage[];
  readonly results: readonly ImageResult<EmbeddedImage>[];
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

export interface EmbeddedImage {
  readonly embedding: Float32Array;
  /** Of its file. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the images of an admitted request, embeds them with the model of that moment, and answers while it still holds
 * that model; or ends with what the request is aborted with.
 */
export function answerImages<T>(
  c: Context<ServeEnv>,
  service: Service,
  count: ImageCount,
  answer: (request: EmbeddedRequest) => Promise<T> | T,
): Promise<T> {
  const [ticket, signal] = [c.get('ticket'), c.get('signal')];
  const work = async () => {
    const images = await readImages(c.env.incoming, count, service.settings, ticket);
    c.set('numImages', images.length);
    return service.model.use(async (engine) => {
      const place = { ticket, signal, target: engine.config.input };
      const results = await workOnImages(service, images, place, async (pixels, bytes) => ({
        embedding: await engine.embed(pixels, signal),
        bytes,
      }));
      return answer({ images, results, engine, signal });
    });
  };
  return untilAborted(signal, work());
}
