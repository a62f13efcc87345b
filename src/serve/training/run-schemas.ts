import { z } from '@hono/zod-openapi';
import { RUN_FILES } from './served-runs.ts';

// What is read and answered about training runs; the rest of the contract is in `schemas.ts`.

export const runsResponseSchema = z
  .strictObject({
    runs: z.array(
      z.strictObject({
        name: z
          .string()
          .openapi({ description: 'Of its folder; with folders above it where two have one name.' }),
        isFinished: z.boolean().openapi({ description: 'Whether it has come to its end.' }),
        hasReport: z.boolean().openapi({ description: 'Whether it has a report.html.' }),
      }),
    ),
  })
  .openapi('Runs');

export const runFileSchema = z.object({
  file: z.enum(RUN_FILES).openapi({ param: { name: 'file', in: 'path' } }),
});

export const runQuerySchema = z.strictObject({
  run: z.string().max(1000).optional().openapi({ description: 'Name of the run. Default: the first.' }),
});
