import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { judge } from '../../model/judge.ts';
import { groupAround } from '../../search/near-groups.ts';
import type { ImageRecord } from '../../search/store/types.ts';
import { sourceOf } from '../moves/movable.ts';
import { toLabel } from '../requests/sent-image.ts';
import { duplicatesQuerySchema, duplicatesResponseSchema, mapResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope, untilAborted } from '../steps/admit.ts';
import { BEARER, json, STORE_PROBLEMS } from './responses.ts';
import { overviewOf } from './stored.ts';

/** `GET /v1/map` and `GET /v1/duplicates`: what the store looks like as a whole. */
export function addOverviewRoutes(app: OpenAPIHono<ServeEnv>, service: Service): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/map',
      operationId: 'map',
      summary: 'Place the images of the store on a plane, near to what they are like',
      description:
        'Drawn once for each state of the store, which takes seconds. Of more than 5,000 images so many are drawn by chance.',
      security: BEARER,
      middleware: [needScope(service, 'read'), admit(service)] as const,
      responses: { 200: json(mapResponseSchema, 'The map.'), ...STORE_PROBLEMS },
    }),
    async (c) => {
      const { maps } = overviewOf(service);
      const { method, numRows, records, places } = await untilAborted(c.get('signal'), maps.draw());
      const round = (value: number) => Number(value.toFixed(4));
      const images = records.map((record, i) => ({
        ...describe(record),
        x: round(places[2 * i]),
        y: round(places[2 * i + 1]),
      }));
      return c.json({ model: service.model.current().checksum, method, numImages: numRows, images }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/duplicates',
      operationId: 'duplicates',
      summary: 'Tell which images of the store show the same thing',
      description:
        'Groups around the images that have the most others near them. Neighbours are looked up once for each state of the ' +
        'store; of more than 2,000 images those of so many, drawn by chance, against all. samesame duplicates looks at all.',
      security: BEARER,
      middleware: [needScope(service, 'read'), admit(service)] as const,
      request: { query: duplicatesQuerySchema },
      responses: { 200: json(duplicatesResponseSchema, 'The groups.'), ...STORE_PROBLEMS },
    }),
    async (c) => {
      const { maxDistance, limit } = c.req.valid('query');
      const { findNeighbours } = overviewOf(service);
      const { config, checksum } = service.model.current();
      const { numRows, numExamined, records, pairs } = await untilAborted(c.get('signal'), findNeighbours());
      const isNear = (distance: number) =>
        maxDistance === undefined ? judge(distance, config).verdict === 'same' : distance <= maxDistance;
      const groups = groupAround(pairs.filter(({ distance }) => isNear(distance)));
      return c.json(
        {
          model: checksum,
          numImages: numRows,
          numExamined,
          numGroups: groups.length,
          groups: groups.slice(0, limit).map(({ centre, others }) => ({
            centre: describeOrigin(records[centre]),
            others: others.map(({ index, distance }) => ({ ...describeOrigin(records[index]), distance })),
          })),
        },
        200,
      );
    },
  );
}

function describe({ id, path, label }: ImageRecord) {
  return { id, name: toLabel(path) ?? id, label };
}

function describeOrigin(record: ImageRecord) {
  return { ...describe(record), sizeBytes: record.sizeBytes, source: sourceOf(record.path) };
}
