import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import { MODEL_FILES } from '../engine/engine.ts';
import { modelFileSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { needScope } from '../steps/admit.ts';
import { etagOf, isKnown, NOT_MODIFIED } from './etag.ts';
import { ACCESS_PROBLEMS, BEARER, problems } from './responses.ts';

/** `GET /model/{file}`: the files of the model that answers, as they were read, for running it elsewhere: in a browser. */
export function addModelFileRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const bytes = z.string().openapi({ format: 'binary' });
  const route = createRoute({
    method: 'get',
    path: '/model/{file}',
    operationId: 'modelFile',
    summary: 'Give a file of the model, to run it elsewhere',
    description: `One of ${MODEL_FILES.join(', ')}; the last only of a model with a learned head.`,
    security: BEARER,
    middleware: [needScope(service, 'read')] as const,
    request: { params: modelFileSchema },
    responses: {
      200: {
        description: 'Its bytes.',
        content: {
          'application/octet-stream': { schema: bytes },
          'application/json': { schema: z.looseObject({}) },
        },
      },
      ...NOT_MODIFIED,
      ...problems('E_REQUEST', ...ACCESS_PROBLEMS, 'E_NOT_FOUND'),
    },
  });
  app.openapi(route, (c) => {
    const { file } = c.req.valid('param');
    const { files, checksum } = service.model.current();
    const found = files.get(file);
    if (found === undefined) {
      throw new SamesameError('E_NOT_FOUND', {
        what: 'this model has no such file',
        expected: [...files.keys()].join(', '),
        received: file,
      });
    }
    // Another model may answer in a minute.
    c.header('cache-control', 'no-cache');
    if (isKnown(c, etagOf(`${file}-${checksum}`))) return c.body(null, 304) as never;
    c.header('content-type', file.endsWith('.json') ? 'application/json' : 'application/octet-stream');
    return c.body(found as Uint8Array<ArrayBuffer>, 200) as never;
  });
}
