import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ModelConfig } from '../../model/config.ts';
import { judge } from '../../model/judge.ts';
import type { Neighbour, StoreFilter } from '../../search/store/types.ts';
import { checkAny, describeResults, joinEmbeddings } from '../requests/image-results.ts';
import { toLabel } from '../requests/sent-image.ts';
import { searchQuerySchema, searchResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope } from '../steps/admit.ts';
import { answerImages } from './answer-images.ts';
import { BEARER, IMAGE_PROBLEMS, imageBody, json, problems } from './responses.ts';
import { storeOf } from './stored.ts';

/** `POST /v1/search`: images → the most similar ones of the store. */
export function addSearchRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const { settings } = service;
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
    const filter: StoreFilter = label === undefined ? {} : { labels: [label].flat() };
    const store = storeOf(service);
    const answer = await answerImages(c, service, count, async ({ images, results, engine, signal }) => {
      checkAny(images, results);
      const { checksum, config } = engine;
      const good = results.flatMap((result) => ('fault' in result ? [] : [result.value.embedding]));
      const { answers, recall } = await store.search(joinEmbeddings(good), { k, filter, method, signal });
      const left = answers.values();
      return {
        model: checksum,
        results: describeResults(images, results, () => {
          const { method: how, neighbours } = left.next().value!;
          return {
            method: how,
            neighbours: neighbours.map((neighbour) => describeNeighbour(neighbour, config)),
          };
        }),
        recall,
      };
    });
    return c.json(answer, 200);
  });
}

function describeNeighbour(
  { record: { id, path, label, metadata }, distance }: Neighbour,
  config: ModelConfig,
) {
  const { probability, verdict } = judge(distance, config);
  const stored: Record<string, unknown> = { ...metadata };
  return { id, name: toLabel(path) ?? id, label, metadata: stored, distance, probability, verdict };
}
