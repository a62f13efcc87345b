import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { judge } from '../../model/judge.ts';
import { faultsOf, workOnImages } from '../requests/image-results.ts';
import { readImages } from '../requests/read-images.ts';
import { compareQuerySchema, compareResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope, untilAborted } from '../steps/admit.ts';
import { BEARER, IMAGE_PROBLEMS, imageBody, json, problems } from './responses.ts';

const TWO = { min: 2, max: 2 };

/** `POST /v1/compare`: two images → distance, probability, verdict. */
export function addCompareRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const { settings, model } = service;
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
    const [ticket, signal] = [c.get('ticket'), c.get('signal')];
    const answer = async () => {
      const images = await readImages(c.env.incoming, TWO, settings, ticket);
      c.set('numImages', images.length);
      return model.use(async (engine) => {
        const { checksum, config } = engine;
        const [left, right] = await workOnImages(
          service,
          images,
          { ticket, signal, target: config.input },
          (pixels) => engine.embed(pixels, signal),
        );
        if ('fault' in left || 'fault' in right) {
          const faults = [left, right].flatMap((side, index) =>
            'fault' in side ? [{ index, fault: side.fault }] : [],
          );
          throw faultsOf(images, faults);
        }
        const distance = await engine.distance(left.value, right.value);
        return { model: checksum, ...judge(distance, config, { prior }) };
      });
    };
    return c.json(await untilAborted(signal, answer()), 200);
  });
}
