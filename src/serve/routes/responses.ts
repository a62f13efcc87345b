import type { ZodType } from 'zod';
import type { ErrorCode } from '../../base/errors.ts';
import { HTTP_STATUS } from '../../base/http-status.ts';
import { PROBLEM_TYPE } from '../problem.ts';
import { problemSchema } from '../schemas.ts';

/** The security that routes ask for; where the service has no tokens, nobody is asked. */
export const BEARER = [{ bearer: [] }];

/** An answer of a route, for the document. */
export function json<T extends ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The problems that a route may answer with, for the document, by status. */
export function problems(...codes: readonly ErrorCode[]) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(HTTP_STATUS[code], [...(byStatus.get(HTTP_STATUS[code]) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      { description: list.join(', '), content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    ]),
  );
}

/** What any route with a token may answer with. */
export const ACCESS_PROBLEMS = ['E_UNAUTHORIZED', 'E_FORBIDDEN'] as const satisfies readonly ErrorCode[];
/** What any route with images may answer with. */
export const IMAGE_PROBLEMS = [
  'E_REQUEST',
  ...ACCESS_PROBLEMS,
  'E_TIMEOUT',
  'E_TOO_LARGE',
  'E_MEDIA_TYPE',
  'E_IMAGE',
  'E_IMAGES_BAD',
  'E_URL',
  'E_SERVICE',
  'E_BUSY',
] as const satisfies readonly ErrorCode[];

/** Of a route that only asks the store. */
export const STORE_PROBLEMS = problems(
  'E_REQUEST',
  ...ACCESS_PROBLEMS,
  'E_NOT_FOUND',
  'E_SERVICE',
  'E_BUSY',
  'E_STORE',
  'E_CONNECTION',
);

const binary = { type: 'string', format: 'binary' } as const;

/**
 * Bodies that bring images, for the document. Written as plain schemas: a body is read by `readImages`, which counts its
 * bytes, and not by a validator, which would not.
 */
export function imageBody({ min, max }: { readonly min: number; readonly max: number }) {
  const form = {
    type: 'object' as const,
    properties: {
      image: {
        type: 'array' as const,
        items: binary,
        minItems: min,
        maxItems: max,
        description: 'Image files.',
      },
      url: {
        type: 'array' as const,
        items: { type: 'string' as const },
        description: 'Addresses to fetch images from, in the place of files.',
      },
    },
  };
  return {
    required: true,
    content: {
      'multipart/form-data': { schema: form },
      'application/json': { schema: { $ref: '#/components/schemas/ImagesBody' } },
      ...(min === 1 && { 'image/*': { schema: binary }, 'application/octet-stream': { schema: binary } }),
    },
  };
}
