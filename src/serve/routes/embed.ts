import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { checkAny, describeResults } from '../requests/image-results.ts';
import { embedQuerySchema, embedResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope } from '../steps/admit.ts';
import { answerImages } from './answer-images.ts';
import { BEARER, IMAGE_PROBLEMS, imageBody, json, problems } from './responses.ts';

/** `POST /v1/embed`: images → embeddings, in their order. */
export function addEmbedRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const { settings } = service;
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
    const answer = await answerImages(c, service, count, ({ images, results, engine }) => {
      checkAny(images, results);
      return {
        model: engine.checksum,
        embeddingSize: engine.config.encoder.embeddingSize,
        results: describeResults(images, results, ({ embedding }) => ({
          embedding: encode(embedding, encoding),
        })),
      };
    });
    return c.json(answer, 200);
  });
}

function encode(embedding: Float32Array, encoding: 'float' | 'base64'): number[] | string {
  // Nine digits are what a float32 needs to come back as it was.
  if (encoding === 'float') return Array.from(embedding, (value) => Number(value.toPrecision(9)));
  const bytes = Buffer.alloc(4 * embedding.length);
  for (const [i, value] of embedding.entries()) bytes.writeFloatLE(value, 4 * i);
  return bytes.toString('base64');
}
