import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { SamesameError } from '../../base/errors.ts';
import { describeFault, faultsOf, type ImageResult, workOnImages } from '../requests/image-results.ts';
import { readImages } from '../requests/read-images.ts';
import type { SentImage } from '../requests/sent-image.ts';
import { embedQuerySchema, embedResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope, untilAborted } from '../steps/admit.ts';
import { BEARER, IMAGE_PROBLEMS, imageBody, json, problems } from './responses.ts';

/** `POST /v1/embed`: images → embeddings, in their order. */
export function addEmbedRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const { settings, model } = service;
  const count = { min: 1, max: settings.maxImages };
  const route = createRoute({
    method: 'post',
    path: '/v1/embed',
    operationId: 'embed',
    summary: 'Turn images into embeddings',
    description:
      'Numbers that lie close together where images show the same thing. An image that cannot be used has a problem in the ' +
      'place of its embedding; where none can, the request fails.',
    security: BEARER,
    middleware: [needScope(service, 'read'), admit(service)] as const,
    request: { query: embedQuerySchema, body: imageBody(count) },
    responses: {
      200: json(embedResponseSchema, 'One result an image, in their order.'),
      ...problems(...IMAGE_PROBLEMS),
    },
  });
  app.openapi(route, async (c) => {
    const { encoding } = c.req.valid('query');
    const [ticket, signal] = [c.get('ticket'), c.get('signal')];
    const answer = async () => {
      const images = await readImages(c.env.incoming, count, settings, ticket);
      c.set('numImages', images.length);
      return model.use(async (engine) => {
        const { checksum, config } = engine;
        const results = await workOnImages(
          service,
          images,
          { ticket, signal, target: config.input },
          (pixels) => engine.embed(pixels, signal),
        );
        checkAny(images, results);
        return {
          model: checksum,
          embeddingSize: config.encoder.embeddingSize,
          results: results.map((result, index) => ({
            index,
            name: images[index].name,
            ...('fault' in result
              ? { problem: describeFault(result.fault) }
              : { embedding: encode(result.value, encoding) }),
          })),
        };
      });
    };
    return c.json(await untilAborted(signal, answer()), 200);
  });
}

/** Something to answer with. @throws what is wrong with all of them */
function checkAny(images: readonly SentImage[], results: readonly ImageResult<unknown>[]): void {
  const faults = results.flatMap((result, index) =>
    'fault' in result ? [{ index, fault: result.fault }] : [],
  );
  if (faults.length === images.length) throw faultsOf(images, faults) satisfies SamesameError;
}

function encode(embedding: Float32Array, encoding: 'float' | 'base64'): number[] | string {
  // Nine digits are what a float32 needs to come back as it was.
  if (encoding === 'float') return Array.from(embedding, (value) => Number(value.toPrecision(9)));
  const bytes = Buffer.alloc(4 * embedding.length);
  for (const [i, value] of embedding.entries()) bytes.writeFloatLE(value, 4 * i);
  return bytes.toString('base64');
}
