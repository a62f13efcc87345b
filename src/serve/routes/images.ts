import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import { sha256 } from '../../model/save.ts';
import type { ImageRecord } from '../../search/store/types.ts';
import { checkAny, describeResults, joinEmbeddings } from '../requests/image-results.ts';
import type { SentImage } from '../requests/sent-image.ts';
import { addQuerySchema, addResponseSchema, deleteResponseSchema, imageIdSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope } from '../steps/admit.ts';
import { answerImages } from './answer-images.ts';
import { ACCESS_PROBLEMS, BEARER, IMAGE_PROBLEMS, imageBody, json, problems } from './responses.ts';
import { storeOf } from './stored.ts';

/** Digits of a checksum that name an image. */
const ID_LENGTH = 24;

/** `POST /v1/images` adds images to the store, `DELETE /v1/images/{id}` removes one. The images themselves are not kept. */
export function addImageRoutes(app: OpenAPIHono<ServeEnv>, service: Service): void {
  addAddRoute(app, service);
  addDeleteRoute(app, service);
}

function addAddRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const { settings } = service;
  const count = { min: 1, max: settings.maxImages };
  const route = createRoute({
    method: 'post',
    path: '/v1/images',
    operationId: 'addImages',
    summary: 'Add images to the store',
    description:
      'The store keeps embeddings, names and labels, not the images. The same file has the same id, so adding it again ' +
      'changes its label and nothing else. When the answer comes, they are kept.',
    security: BEARER,
    middleware: [needScope(service, 'write'), admit(service)] as const,
    request: { query: addQuerySchema, body: imageBody(count) },
    responses: {
      200: json(addResponseSchema, 'Ids of the images, in their order.'),
      ...problems(...IMAGE_PROBLEMS, 'E_NOT_FOUND', 'E_STORE', 'E_CONNECTION'),
    },
  });
  app.openapi(route, async (c) => {
    const { label = null } = c.req.valid('query');
    const store = storeOf(service);
    const answer = await answerImages(c, service, count, async ({ images, results, engine, signal }) => {
      checkAny(images, results);
      const records = results.map((result, i) =>
        'fault' in result
          ? undefined
          : toRecord(images[i], result.value.bytes, { label, model: store.identity.model }),
      );
      // A file that was sent twice is one row.
      const rows = new Map<string, { readonly record: ImageRecord; readonly embedding: Float32Array }>();
      for (const [i, record] of records.entries()) {
        const result = results[i];
        if (record !== undefined && 'value' in result)
          rows.set(record.id, { record, embedding: result.value.embedding });
      }
      signal.throwIfAborted();
      const kept = [...rows.values()];
      await store.upsert({
        records: kept.map(({ record }) => record),
        vectors: joinEmbeddings(kept.map(({ embedding }) => embedding)),
      });
      return {
        model: engine.checksum,
        results: describeResults(images, results, (_, i) => ({ id: records[i]!.id })),
      };
    });
    return c.json(answer, 200);
  });
}

function addDeleteRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const route = createRoute({
    method: 'delete',
    path: '/v1/images/{id}',
    operationId: 'deleteImage',
    summary: 'Remove an image from the store',
    security: BEARER,
    middleware: [needScope(service, 'write')] as const,
    request: { params: imageIdSchema },
    responses: {
      200: json(deleteResponseSchema, 'It is gone.'),
      ...problems('E_REQUEST', ...ACCESS_PROBLEMS, 'E_NOT_FOUND', 'E_SERVICE', 'E_STORE', 'E_CONNECTION'),
    },
  });
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    if ((await storeOf(service).delete([id])) > 0) return c.json({ id }, 200);
    throw new SamesameError('E_NOT_FOUND', { what: 'the store has no image of this id', received: id });
  });
}

/** What the store keeps of an image that has no file: `upload:` stands where a path would, so no folder is taken for its own. */
function toRecord(
  { name }: SentImage,
  bytes: Uint8Array,
  { label, model }: Pick<ImageRecord, 'label' | 'model'>,
): ImageRecord {
  const contentHash = sha256(bytes);
  const id = contentHash.slice(0, ID_LENGTH);
  return {
    id,
    path: `upload:${id}/${name ?? id}`,
    contentHash,
    model,
    sizeBytes: bytes.length,
    modifiedMs: Date.now(),
    label,
    metadata: {},
  };
}
