import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import {
  moveIdSchema,
  moveResponseSchema,
  movesBodySchema,
  movesResponseSchema,
  undoResponseSchema,
} from '../moves/move-schemas.ts';
import type { Mover, NotMoved } from '../moves/mover.ts';
import { mediaTypeOf } from '../requests/media-type.ts';
import { readBody } from '../requests/read-body.ts';
import { readJson } from '../requests/read-json.ts';
import { toLabel } from '../requests/sent-image.ts';
import type { ServeEnv, Service } from '../service.ts';
import { admit, needScope } from '../steps/admit.ts';
import { ACCESS_PROBLEMS, BEARER, json, problems } from './responses.ts';
import { storeOf } from './stored.ts';

/** A thousand ids are far less. */
const MAX_BODY_BYTES = 2 ** 20;
const MOVE_PROBLEMS = [
  'E_REQUEST',
  ...ACCESS_PROBLEMS,
  'E_NOT_FOUND',
  'E_SERVICE',
  'E_PERMISSION',
  'E_DISK_FULL',
  'E_STORE',
  'E_CONNECTION',
  'E_BUSY',
] as const;

/** `/v1/moves`: files of images of the store are moved into the folder of `--move-to`, and back. */
export function addMoveRoutes(app: OpenAPIHono<ServeEnv>, service: Service): void {
  addListRoute(app, service);
  addMoveRoute(app, service);
  addUndoRoute(app, service);
}

function addListRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/moves',
    operationId: 'moves',
    summary: 'Tell whether files can be moved, and which moves can be taken back',
    security: BEARER,
    middleware: [needScope(service, 'read')] as const,
    responses: {
      200: json(movesResponseSchema, 'The latest last.'),
      ...problems(...ACCESS_PROBLEMS, 'E_SERVICE'),
    },
  });
  app.openapi(route, async (c) => {
    const { mover } = service;
    return c.json({ canMove: mover !== undefined, moves: (await mover?.list()) ?? [] }, 200);
  });
}

function addMoveRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/moves',
    operationId: 'moveImages',
    summary: 'Move the files of images into the folder of --move-to, and take their rows out of the store',
    description:
      'Nothing is deleted and nothing written over. An image stays where it is, with the reason, when its file or the one ' +
      'that is kept in its stead is no longer what was indexed, and when it has no file: in an archive, in another ' +
      'storage, sent to the service. Where the service has no --move-to, the answer is 404.',
    security: BEARER,
    middleware: [needScope(service, 'write'), admit(service)] as const,
    request: {
      body: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/MovesBody' } } },
      },
    },
    responses: {
      200: json(moveResponseSchema, 'What was moved, and what stayed.'),
      ...problems(...MOVE_PROBLEMS, 'E_TOO_LARGE', 'E_MEDIA_TYPE', 'E_TIMEOUT'),
    },
  });
  app.openapi(route, async (c) => {
    const mover = moverOf(service);
    const type = mediaTypeOf(c.req.header('content-type'));
    if (type !== 'application/json') {
      throw new SamesameError('E_MEDIA_TYPE', {
        what: 'this content type is not read here',
        expected: 'application/json',
        received: type.slice(0, 100),
      });
    }
    const body = await readBody(c.env.incoming, MAX_BODY_BYTES, c.get('ticket'));
    const { move = null, moved, skipped } = await mover.move(readJson(body, movesBodySchema).images);
    return c.json({ move, moved: moved.map(describe), skipped: skipped.map(describeReason) }, 200);
  });
}

function addUndoRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const route = createRoute({
    method: 'delete',
    path: '/v1/moves/{move}',
    operationId: 'undoMove',
    summary: 'Take a move back: the files go where they were, their rows into the store',
    security: BEARER,
    middleware: [needScope(service, 'write')] as const,
    request: { params: moveIdSchema },
    responses: {
      200: json(undoResponseSchema, 'What was brought back, and what could not be.'),
      ...problems(...MOVE_PROBLEMS, 'E_CONFIG', 'E_DATA'),
    },
  });
  app.openapi(route, async (c) => {
    const { move } = c.req.valid('param');
    const { restored, failed } = await moverOf(service).undo(move);
    return c.json({ move, restored: restored.map(describe), failed: failed.map(describeReason) }, 200);
  });
}

/** @throws E_NOT_FOUND where the service moves nothing */
function moverOf(service: Pick<Service, 'mover' | 'store'>): Mover {
  storeOf(service);
  if (service.mover !== undefined) return service.mover;
  throw new SamesameError('E_NOT_FOUND', {
    what: 'this service moves no files',
    help: 'start it with --move-to FOLDER',
  });
}

// Where files lie is told to nobody.
function describe({ id, path }: { readonly id: string; readonly path: string }) {
  return { id, name: toLabel(path) ?? id };
}

function describeReason({ id, record, reason }: NotMoved) {
  return { ...(record === undefined ? { id } : describe(record)), reason };
}
