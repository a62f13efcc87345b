import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Logger, pino } from 'pino';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import type { ModelConfig } from '../model/config.ts';
import { checkSameIdentity, storeIdentity } from '../search/store/identity.ts';
import { openStore } from '../search/store/open.ts';
import type { StoreIdentity, VectorStore } from '../search/store/types.ts';
import { openGuard } from './access/guard.ts';
import { createApp } from './app.ts';
import { openDecoder } from './engine/decoder.ts';
import { openServedModel, type ReloadOutcome } from './engine/served-model.ts';
import { createMetrics } from './metrics.ts';
import { type Mover, openMover } from './moves/mover.ts';
import { readServeOptions, type ServeOptions, type ServeSettings } from './options.ts';
import { openStoreMaps } from './overview/store-map.ts';
import { createNeighbourFinder } from './overview/store-neighbours.ts';
import { createThumbnails } from './overview/thumbnails.ts';
import { listPageFiles } from './page/page-files.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';
import { createAdmission } from './requests/admission.ts';
import { createImageFetcher } from './requests/fetch-image.ts';
import type { Overview, Service } from './service.ts';
import { refuseEarly } from './steps/refuse-early.ts';
import { openRuns } from './training/served-runs.ts';

/** A service that listens. */
export interface RunningService {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** Reads the model's folder again; requests go on being answered meanwhile. */
  reload(): Promise<ReloadOutcome>;
  /**
   * Takes no new connection, answers what it has accepted, and closes. Requests that are not done within
   * `shutdownTimeoutMs` are broken off. A second call gives the same promise.
   */
  close(): Promise<void>;
}

export interface ServeJob {
  /** A model's folder, or a run's. */
  readonly model: string;
  readonly options?: ServeOptions;
  /** Where log lines go. Default: nowhere. */
  readonly log?: Logger;
}

/** How often Node looks for connections whose time is over. */
const CHECK_INTERVAL_MS = 500;
const KEEP_ALIVE_MS = 5000;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Serves a model over HTTP.
 * @throws E_CONFIG for options; E_NOT_FOUND for a run that is none; E_NOT_FOUND, E_PERMISSION, E_MODEL, E_MODEL_VERSION, E_RUNTIME for the model; E_STORE,
 *   E_CONNECTION for the store; E_IO where the address cannot be listened on
 * @example
 * const service = await serve({ model: 'runs/photos', options: { port: 0 } });
 * await fetch(`${service.url}/v1/model`);
 * await service.close();
 */
export async function serve({
  model: folder,
  options = {},
  log = pino({ enabled: false }),
}: ServeJob): Promise<RunningService> {
  const settings = readServeOptions(options);
  const { tokens, allowUrls, maxBodyBytes, maxPixels, threads, provider, batchSize, batchWindowMs } =
    settings;
  const runs = await openRuns(settings.runs);
  const fetchImage = createImageFetcher({ allowed: allowUrls, maxBytes: maxBodyBytes });
  const guard = await openGuard({
    path: tokens,
    onFailure: (err) => log.error({ err }, 'the tokens cannot be read: nobody is let in'),
  });
  const admission = createAdmission(settings);
  const metrics = createMetrics(() => {
    const { requests, images, bytes } = admission.held();
    const { checksum, load } = model.current();
    const { waiting, threads: alive } = load();
    return {
      requests,
      images,
      heldBytes: bytes,
      waitingForBatch: waiting,
      threads: alive,
      model: checksum,
    };
  });
  // Filled in below, when it is known what the model's embeddings are.
  let identity: StoreIdentity | undefined;
  const model = await openServedModel({
    folder,
    watchMs: settings.watchMs,
    numThreads: threads,
    provider,
    maxBatch: batchSize,
    windowMs: batchWindowMs,
    check(config) {
      if (identity !== undefined) checkSameIdentity('of this service', identity, storeIdentity(config));
    },
    onBatch: metrics.noteBatch,
    onThreadEnd: (err) => log.error({ err }, 'a thread that runs the model has ended; another is started'),
    onReload(outcome) {
      metrics.noteReload(outcome.kind);
      if (outcome.kind === 'failed')
        log.error({ err: outcome.error }, 'the model was not reloaded; the former one answers');
      else log.info({ model: outcome.checksum, outcome: outcome.kind }, 'reload');
    },
  });
  const decoder = openDecoder({ maxPixels });
  const closeEngine = async () => {
    await Promise.all([model.close(), decoder.close()]);
  };
  const store = await openStoreFor(settings, model.current().config, log).catch(async (error) => {
    await closeEngine();
    throw error;
  });
  identity = store?.identity;
  const mover = await openMoverFor(settings, store, log).catch(async (error) => {
    await Promise.all([closeEngine(), store?.close()]);
    throw error;
  });
  const stopping = new AbortController();
  const overview = store === undefined ? undefined : openOverview(store, stopping.signal);
  let isStopping = false;
  const service: Service = {
    settings,
    model,
    decoder,
    store,
    overview,
    thumbnails: createThumbnails(decoder),
    mover,
    runs,
    pageFiles: await listPageFiles(settings.page),
    admission,
    guard,
    fetchImage,
    metrics,
    log,
    startedMs: Date.now(),
    isStopping: () => isStopping,
  };
  const closeParts = async () => {
    stopping.abort();
    await overview?.maps.close();
    await closeEngine();
    await store?.close();
  };

  const server = createServer(service);
  const port = await decoder.ready
    .then(() => listen(server, settings))
    .catch(async (error) => {
      await closeParts();
      throw error;
    });
  const url = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`;
  log.info({ url, model: model.current().checksum, threads }, 'listening');

  let closing: Promise<void> | undefined;
  async function stop(): Promise<void> {
    isStopping = true;
    log.info('stopping: what was accepted is answered');
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const timer = setTimeout(() => {
      log.warn('stopping: time is over, requests are broken off');
      server.closeAllConnections();
    }, settings.shutdownTimeoutMs);
    await closed;
    clearTimeout(timer);
    await closeParts();
    log.info('stopped');
  }
  return {
    url,
    port,
    reload: model.reload,
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

/** How long a database that has gone is waited for: a request cannot wait as long as an index can. */
const STORE_PATIENCE_MS = 2000;
/** After what it has added last `samesame index` may write to a store in a folder. */
const STORE_IDLE_MS = 500;

async function openStoreFor(
  { store: address }: ServeSettings,
  config: ModelConfig,
  log: Logger,
): Promise<VectorStore | undefined> {
  if (address === undefined) return undefined;
  return openStore(address, {
    identity: storeIdentity(config),
    patienceMs: STORE_PATIENCE_MS,
    writerIdleMs: STORE_IDLE_MS,
    onWait: (message) => log.warn(message),
  });
}

async function openMoverFor(
  { moveTo: folder }: ServeSettings,
  store: VectorStore | undefined,
  log: Logger,
): Promise<Mover | undefined> {
  return folder === undefined || store === undefined ? undefined : openMover({ store, folder, log });
}

function openOverview(store: VectorStore, signal: AbortSignal): Overview {
  return { maps: openStoreMaps(store), findNeighbours: createNeighbourFinder(store, signal) };
}

function createServer(service: Service): Server {
  const { settings, log } = service;
  const app = createApp(service);
  // A library leaves the globals as they are.
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const take = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (!refuseEarly(service, incoming, outgoing)) void answer(incoming, outgoing);
  };
  const server = createHttpServer(
    {
      headersTimeout: Math.min(settings.headersTimeoutMs, settings.bodyTimeoutMs),
      requestTimeout: settings.bodyTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    take,
  );
  // A client that asks before it sends its body need not send one that is refused.
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (refuseEarly(service, incoming, outgoing)) return;
    outgoing.writeContinue();
    void answer(incoming, outgoing);
  });
  server.maxConnections = settings.maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    log.info({ code: error.code }, 'request that is not HTTP, or was too slow');
    if (socket.writable && socket.bytesWritten === 0) socket.end(rawProblem(error));
    else socket.destroy();
  });
  return server;
}

/** The answer to what could not even be read as a request. */
function rawProblem({ code }: NodeJS.ErrnoException): string {
  const isTimeout = code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const error = isTimeout
    ? new SamesameError('E_TIMEOUT', { what: 'the request took too long to arrive' })
    : new SamesameError('E_REQUEST', { what: 'this is not an HTTP request, or its headers are too long' });
  const body = JSON.stringify(toProblem(error, ''));
  const status = isTimeout ? '408 Request Timeout' : '400 Bad Request';
  return [
    `HTTP/1.1 ${status}`,
    'connection: close',
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

function listen(server: Server, { host, port }: ServeSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(errorFromSystem(error, `listening on ${host}:${port}`));
      reject(
        new SamesameError('E_IO', {
          what: `listening on ${host}:${port} failed: somebody listens there already`,
          help: 'choose another port (--port), or 0 for one that is free',
          details: { option: 'port' },
        }),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
