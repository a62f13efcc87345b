import { z } from '@hono/zod-openapi';

// What `/v1/moves` reads and answers; the rest of the contract is in `schemas.ts`.

const imageId = z.string().min(1).max(200);

export const movesBodySchema = z
  .strictObject({
    images: z
      .array(
        z.strictObject({
          id: imageId.openapi({ description: 'Of the image to be moved.' }),
          keeper: imageId.optional().openapi({
            description:
              'Of the one that stays in its stead: only while that is there unchanged is it moved.',
          }),
        }),
      )
      .min(1)
      .max(1000),
  })
  .openapi('MovesBody');

const namedImage = z.strictObject({
  id: z.string(),
  name: z.string().openapi({ description: 'Of its file, without folders.' }),
});
const unmovedImage = z.strictObject({ id: z.string(), name: z.string().optional(), reason: z.string() });
const move = z.string().openapi({ description: 'Names the move: DELETE /v1/moves/MOVE takes it back.' });

export const movesResponseSchema = z
  .strictObject({
    canMove: z.boolean().openapi({ description: 'Whether the service was started with --move-to.' }),
    moves: z.array(
      z.strictObject({
        move,
        movedAt: z.string().openapi({ description: 'ISO 8601.' }),
        numImages: z.int(),
      }),
    ),
  })
  .openapi('Moves');

export const moveResponseSchema = z
  .strictObject({
    move: move.nullable().openapi({ description: 'null where nothing was moved.' }),
    moved: z.array(namedImage),
    skipped: z.array(unmovedImage),
  })
  .openapi('Move');

export const undoResponseSchema = z
  .strictObject({
    move,
    restored: z.array(namedImage),
    failed: z
      .array(unmovedImage)
      .openapi({ description: 'While there are any, the move can be taken back again.' }),
  })
  .openapi('UndoneMove');

export const moveIdSchema = z.object({
  move: z
    .string()
    .min(1)
    .max(40)
    .openapi({ param: { name: 'move', in: 'path' } }),
});
