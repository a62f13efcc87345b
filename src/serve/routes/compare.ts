import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { judge } from '../../model/judge.ts';
import { faultsOf } from '../requests/image-results.ts';
import { compareQuerySchema, compareResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope } from '../steps/admit.ts';
import { answerImages } from './answer-images.ts';
import { BEARER, IMAGE_PROBLEMS, imageBody, json, problems } from './responses.ts';

const TWO = { min: 2, max: 2 };

/** `POST /v1/compare`: two images → distance, probability, verdict. */
export function addCompareRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/compare',
    operationId: 'compare',
    summary: 'Ask whether two images show the same thing',
    description: 'The verdict is unsure only from a model that was calibrated (samesame calibrate).',
    security: BEARER,
    middleware: [needScope(service, 'read'), admit(service)] as const,
    request: { query: compareQuerySchema, body: imageBody(TWO) },
    responses: {
      200: json(compareResponseSchema, 'The answer.'),
      ...problems(...IMAGE_PROBLEMS, 'E_CONFIG'),
    },
  });
  app.openapi(route, async (c) => {
    const { prior } = c.req.valid('query');
    const answer = await answerImages(c, service, TWO, async ({ images, results, engine }) => {
      const [left, right] = results;
      if ('fault' in left || 'fault' in right) throw faultsOf(images, results);
      const distance = await engine.distance(left.value.embedding, right.value.embedding);
      return { model: engine.checksum, ...judge(distance, engine.config, { prior }) };
    });
    return c.json(answer, 200);
  });
}
