import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { judge } from '../../model/judge.ts';
import type { Neighbour, StoreFilter } from '../../search/store/types.ts';
import { checkAny, describeFault, workOnImages } from '../requests/image-results.ts';
import { readImages } from '../requests/read-images.ts';
import { toLabel } from '../requests/sent-image.ts';
import { searchQuerySchema, searchResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope, untilAborted } from '../steps/admit.ts';
import { BEARER, IMAGE_PROBLEMS, imageBody, json, problems } from './responses.ts';
import { storeOf } from './stored.ts';

/** `POST /v1/search`: images → the most similar ones of the store. */
export function addSearchRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const { settings, model } = service;
  const count = { min: 1, max: settings.maxImages };
  const route = createRoute({
    method: 'post',
    path: '/v1/search',
    operationId: 'search',
    summary: 'Find the images of the store that are most like others',
    security: BEARER,
    middleware: [needScope(service, 'read'), admit(service)] as const,
    request: { query: searchQuerySchema, body: imageBody(count) },
    responses: {
      200: json(searchResponseSchema, 'The nearest of each image, in the order of the images.'),
      ...problems(...IMAGE_PROBLEMS, 'E_CONFIG', 'E_NOT_FOUND', 'E_STORE', 'E_CONNECTION'),
    },
  });
  app.openapi(route, async (c) => {
    const { k, label, method } = c.req.valid('query');
    const [ticket, signal] = [c.get('ticket'), c.get('signal')];
    const filter: StoreFilter = label === undefined ? {} : { labels: [label].flat() };
    const store = storeOf(service);
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
        const size = config.encoder.embeddingSize;
        const good = results.flatMap((result) => ('fault' in result ? [] : [result.value]));
        const queries = new Float32Array(good.length * size);
        for (const [i, embedding] of good.entries()) queries.set(embedding, i * size);
        const { answers, recall } = await store.search(queries, { k, filter, method, signal });
        let next = 0;
        return {
          model: checksum,
          results: results.map((result, index) => {
            const { name } = images[index];
            if ('fault' in result) return { index, name, problem: describeFault(result.fault) };
            const { method: how, neighbours } = answers[next++];
            return {
              index,
              name,
              method: how,
              neighbours: neighbours.map((neighbour) => ({
                ...describeNeighbour(neighbour),
                ...answerOf(neighbour.distance),
              })),
            };
          }),
          recall,
        };

        function answerOf(distance: number) {
          const { probability, verdict } = judge(distance, config);
          return { distance, probability, verdict };
        }
      });
    };
    return c.json(await untilAborted(signal, answer()), 200);
  });
}

function describeNeighbour({ record: { id, path, label, metadata } }: Neighbour) {
  const stored: Record<string, unknown> = { ...metadata };
  return { id, name: toLabel(path) ?? id, label, metadata: stored };
}
