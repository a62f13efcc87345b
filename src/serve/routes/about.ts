import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { SamesameError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import type { Engine } from '../engine/engine.ts';
import { healthSchema, modelResponseSchema, readySchema, statsResponseSchema } from '../schemas.ts';
import type { ServeEnv, Service } from '../service.ts';
import { needScope } from '../steps/admit.ts';
import { ACCESS_PROBLEMS, BEARER, json, problems } from './responses.ts';

/** What is told about the model, the service and its health. */
export function addAboutRoutes(app: OpenAPIHono<ServeEnv>, service: Service): void {
  const { model, metrics, isStopping } = service;
  const middleware = needScope(service, 'read');

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/model',
      operationId: 'model',
      summary: 'Tell about the model that answers',
      security: BEARER,
      middleware,
      responses: { 200: json(modelResponseSchema, 'The model.'), ...problems(...ACCESS_PROBLEMS) },
    }),
    (c) => c.json(describeModel(model.current(), service), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/stats',
      operationId: 'stats',
      summary: 'Tell what the service has done since it started',
      security: BEARER,
      middleware,
      responses: {
        200: json(statsResponseSchema, 'Counts, times, memory.'),
        ...problems(...ACCESS_PROBLEMS),
      },
    }),
    async (c) => c.json(await describeStats(service), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/healthz',
      operationId: 'health',
      summary: 'Tell that the process is alive',
      responses: { 200: json(healthSchema, 'It is.') },
    }),
    (c) => c.json({ status: 'ok' as const }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/readyz',
      operationId: 'ready',
      summary: 'Tell whether requests should be sent here',
      responses: { 200: json(readySchema, 'They should.'), ...problems('E_BUSY') },
    }),
    (c) => {
      if (!isStopping() && model.current().load().threads > 0)
        return c.json({ status: 'ready' as const }, 200);
      throw new SamesameError('E_BUSY', {
        what: isStopping() ? 'the service is stopping' : 'no thread that runs the model is alive',
        details: { retryAfterSeconds: 5 },
      });
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/metrics',
      operationId: 'metrics',
      summary: 'Tell the same for Prometheus',
      security: BEARER,
      middleware,
      responses: {
        200: {
          description: 'Prometheus text format.',
          content: { 'text/plain': { schema: z.string() } },
        },
        ...problems(...ACCESS_PROBLEMS),
      },
    }),
    async (c) => c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }) as never,
  );
}

function describeModel({ config, checksum, loadedMs }: Engine, { store }: Pick<Service, 'store'>) {
  const { encoder, comparator, input, distance, threshold, calibration, answers, classes, provenance } =
    config;
  const { name, embeddingSize, normalized } = encoder;
  return {
    model: checksum,
    loadedAt: new Date(loadedMs).toISOString(),
    encoder: { name, embeddingSize, normalized },
    comparator: comparator?.name ?? null,
    input,
    distance,
    threshold,
    prior: answers?.prior ?? calibration.prior ?? null,
    isCalibrated: answers !== undefined,
    classes,
    trainedOn: { dataset: provenance.dataset, numImages: provenance.numImages },
    store: store?.kind ?? null,
    samesame: provenance.samesame,
  };
}

async function describeStats({ model, metrics, admission, settings, startedMs, store }: Service) {
  const engine = model.current();
  const { total, byStatus, images, batches, latencyMs } = metrics.tally();
  const held = admission.held();
  const { waiting, threads } = engine.load();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    model: engine.checksum,
    version: VERSION,
    uptimeSeconds: Math.round((Date.now() - startedMs) / 1000),
    requests: { total, byStatus, inProgress: held.requests },
    images: {
      total: images,
      inProgress: held.images,
      waitingForBatch: waiting,
      maxQueue: settings.maxQueue,
    },
    batches,
    latencyMs,
    threads,
    store:
      store === undefined ? null : { kind: store.kind, numImages: await store.count().catch(() => null) },
    memoryBytes: { rss, heapUsed, heldBodies: held.bytes },
  };
}
