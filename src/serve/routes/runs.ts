import { Readable } from 'node:stream';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import { KEPT_REPORT } from '../../jobs/kept-report.ts';
import type { ServeEnv, Service } from '../service.ts';
import { needScope } from '../steps/admit.ts';
import { hasRunFile, openRunFile } from '../training/open-run-file.ts';
import { runFileSchema, runQuerySchema, runsResponseSchema } from '../training/run-schemas.ts';
import { RUN_FILES, type RunFile, type ServedRun } from '../training/served-runs.ts';
import { etagOf, isKnown, NOT_MODIFIED } from './etag.ts';
import { ACCESS_PROBLEMS, BEARER, json, problems } from './responses.ts';

const TYPES: Readonly<Record<RunFile, string>> = {
  'metrics.jsonl': 'application/x-ndjson; charset=utf-8',
  'report-data.json': 'application/json',
  'report.html': 'text/html; charset=utf-8',
};
/** What a report may do: show itself. As a page without an origin it could not read what this one's pages keep. */
const REPORT_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** `GET /v1/runs` and `GET /run/{file}`: training runs, while they go on and afterwards. */
export function addRunRoutes(app: OpenAPIHono<ServeEnv>, service: Service): void {
  addListRoute(app, service);
  addFileRoute(app, service);
}

function addListRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/runs',
    operationId: 'runs',
    summary: 'Tell which training runs are shown here, and how far they are',
    security: BEARER,
    middleware: [needScope(service, 'read')] as const,
    responses: {
      200: json(runsResponseSchema, 'None where none was named.'),
      ...problems(...ACCESS_PROBLEMS),
    },
  });
  app.openapi(route, async (c) => {
    const runs = service.runs.map(async (run) => ({
      name: run.name,
      isFinished: await hasRunFile(run, KEPT_REPORT),
      hasReport: await hasRunFile(run, 'report.html'),
    }));
    return c.json({ runs: await Promise.all(runs) }, 200);
  });
}

function addFileRoute(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const text = z.string();
  const route = createRoute({
    method: 'get',
    path: '/run/{file}',
    operationId: 'runFile',
    summary: 'Give a file of a training run',
    description: `One of ${RUN_FILES.join(', ')}: as it is now, so that a run can be followed.`,
    security: BEARER,
    middleware: [needScope(service, 'read')] as const,
    request: { params: runFileSchema, query: runQuerySchema },
    responses: {
      200: {
        description: 'Its text.',
        content: {
          'application/x-ndjson': { schema: text },
          'application/json': { schema: z.looseObject({}) },
          'text/html': { schema: text },
        },
      },
      ...NOT_MODIFIED,
      ...problems('E_REQUEST', ...ACCESS_PROBLEMS, 'E_NOT_FOUND', 'E_SERVICE'),
    },
  });
  app.openapi(route, async (c) => {
    const { file } = c.req.valid('param');
    const run = findRun(service.runs, c.req.valid('query').run);
    const opened = await openRunFile(run, file);
    if (opened === undefined) {
      throw new SamesameError('E_NOT_FOUND', {
        what: `this run has no ${file} yet`,
        help:
          file === 'metrics.jsonl' ? 'it comes with the first epoch' : 'it comes when the run is finished',
      });
    }
    const { handle, sizeBytes, version } = opened;
    // It is asked for again and again, and comes anew when it was written.
    c.header('cache-control', 'no-cache');
    c.header('vary', 'Authorization', { append: true });
    const isSame = isKnown(c, etagOf(version));
    if (!isSame) {
      c.header('content-type', TYPES[file]);
      c.header('content-length', String(sizeBytes));
      if (file === 'report.html') c.header('content-security-policy', REPORT_POLICY);
    }
    if (isSame || c.req.method === 'HEAD' || sizeBytes === 0) {
      await handle.close();
      return c.body(null, isSame ? 304 : 200) as never;
    }
    // The stream closes the file, also where the client goes away.
    const stream = handle.createReadStream({ start: 0, end: sizeBytes - 1 });
    return c.body(Readable.toWeb(stream) as ReadableStream, 200) as never;
  });
}

/** @throws E_NOT_FOUND where the service shows no run, or none of this name */
function findRun(runs: readonly ServedRun[], name: string | undefined): ServedRun {
  const found = name === undefined ? runs[0] : runs.find((run) => run.name === name);
  if (found !== undefined) return found;
  if (runs.length === 0) {
    throw new SamesameError('E_NOT_FOUND', {
      what: 'this service shows no run',
      help: 'start it with --run FOLDER',
    });
  }
  throw new SamesameError('E_NOT_FOUND', {
    what: 'this service shows no run of this name',
    expected: runs.map((run) => run.name).join(', '),
    received: name?.slice(0, 200),
  });
}
