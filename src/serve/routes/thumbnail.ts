import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import { imageIdSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope, untilAborted } from '../steps/admit.ts';
import { etagOf, isKnown, NOT_MODIFIED } from './etag.ts';
import { BEARER, STORE_PROBLEMS } from './responses.ts';
import { storeOf } from './stored.ts';

/** `GET /v1/images/{id}/thumbnail`: a small picture of an image of the store, from the file or the archive that its row names. */
export function addThumbnailRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/images/{id}/thumbnail',
    operationId: 'thumbnail',
    summary: 'Show an image of the store, small',
    description:
      'At most 192 pixels a side. Only of images that samesame index found as files or in archives, while these are there.',
    security: BEARER,
    middleware: [needScope(service, 'read'), admit(service)] as const,
    request: { params: imageIdSchema },
    responses: {
      200: {
        description: 'The picture.',
        content: { 'image/webp': { schema: z.string().openapi({ format: 'binary' }) } },
      },
      ...NOT_MODIFIED,
      ...STORE_PROBLEMS,
    },
  });
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const signal = c.get('signal');
    const record = (await untilAborted(signal, storeOf(service).records([id]))).get(id);
    if (record === undefined)
      throw new SamesameError('E_NOT_FOUND', { what: 'the store has no image of this id', received: id });
    c.header('cache-control', 'private, max-age=300');
    // What a bearer of a token was given a browser must not show to those without.
    c.header('vary', 'Authorization', { append: true });
    if (isKnown(c, etagOf(record.contentHash))) return c.body(null, 304) as never;
    const picture = await untilAborted(signal, service.thumbnails.of(record, signal));
    c.header('content-type', 'image/webp');
    return c.body(picture as Uint8Array<ArrayBuffer>, 200) as never;
  });
}
