import { createHash } from 'node:crypto';
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import type { ImageRecord } from '../../search/store/types.ts';
import { checkAny, describeFault, workOnImages } from '../requests/image-results.ts';
import { readImages } from '../requests/read-images.ts';
import type { SentImage } from '../requests/sent-image.ts';
import { addQuerySchema, addResponseSchema, deleteResponseSchema, imageIdSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope, untilAborted } from '../steps/admit.ts';
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
  const { settings, model } = service;
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
    const [ticket, signal] = [c.get('ticket'), c.get('signal')];
    const store = storeOf(service);
    const answer = async () => {
      const images = await readImages(c.env.incoming, count, settings, ticket);
      c.set('numImages', images.length);
      return model.use(async (engine) => {
        const { checksum, config } = engine;
        const size = config.encoder.embeddingSize;
        const results = await workOnImages(
          service,
          images,
          { ticket, signal, target: config.input },
          async (pixels, bytes) => ({
            embedding: await engine.embed(pixels, signal),
            hash: sha256(bytes),
            bytes,
          }),
        );
        checkAny(images, results);
        // A file that was sent twice is one row.
        const rows = new Map<string, { readonly record: ImageRecord; readonly embedding: Float32Array }>();
        for (const [i, result] of results.entries()) {
          if ('fault' in result) continue;
          const { embedding, hash, bytes } = result.value;
          const record = toRecord(images[i], {
            hash,
            sizeBytes: bytes.length,
            label,
            model: store.identity.model,
          });
          rows.set(record.id, { record, embedding });
        }
        const vectors = new Float32Array(rows.size * size);
        for (const [i, { embedding }] of [...rows.values()].entries()) vectors.set(embedding, i * size);
        signal.throwIfAborted();
        await store.upsert({ records: [...rows.values()].map(({ record }) => record), vectors });
        return {
          model: checksum,
          results: results.map((result, index) => ({
            index,
            name: images[index].name,
            ...('fault' in result
              ? { problem: describeFault(result.fault) }
              : { id: result.value.hash.slice(0, ID_LENGTH) }),
          })),
        };
      });
    };
    return c.json(await untilAborted(signal, answer()), 200);
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

interface ImageFacts {
  readonly hash: string;
  readonly sizeBytes: number;
  readonly label: string | null;
  readonly model: string;
}

/** What the store keeps of an image that has no file: `upload:` stands where a path would, so no folder is taken for its own. */
function toRecord({ name }: SentImage, { hash, sizeBytes, label, model }: ImageFacts): ImageRecord {
  const id = hash.slice(0, ID_LENGTH);
  return {
    id,
    path: `upload:${id}/${name ?? id}`,
    contentHash: hash,
    model,
    sizeBytes,
    modifiedMs: Date.now(),
    label,
    metadata: {},
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
