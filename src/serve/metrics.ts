import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { VERSION } from '../base/version.ts';

/** What is read off other parts whenever somebody asks. */
export interface Gauges {
  readonly requests: number;
  readonly images: number;
  readonly heldBytes: number;
  readonly waitingForBatch: number;
  readonly threads: number;
  /** Checksum of the model that answers. */
  readonly model: string;
}

/** One request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** Pattern of the route, never the path itself: `/v1/images/:id`. */
  readonly route: string;
  readonly status: number;
  readonly latencyMs: number;
  /** Images that it brought; 0 where it brings none. */
  readonly numImages: number;
}

/** What the service has done so far. */
export interface Tally {
  readonly total: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly images: number;
  readonly batches: { readonly total: number; readonly meanSize: number };
  readonly latencyMs: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly numRequests: number;
  };
}

export interface Metrics {
  noteRequest(request: AnsweredRequest): void;
  noteBatch(numImages: number): void;
  noteReload(outcome: 'loaded' | 'unchanged' | 'failed'): void;
  readonly tally: () => Tally;
  /** The Prometheus text format. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/** Requests whose time is kept for the percentiles. */
const NUM_KEPT = 1024;

/** Counts for people (`tally`) and for Prometheus (`text`), in a registry of its own. */
export function createMetrics(readGauges: () => Gauges): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'samesame_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'samesame_request_duration_seconds',
    help: 'Time from the headers of a request to its answer.',
    labelNames: ['route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const images = new Counter({
    name: 'samesame_images_total',
    help: 'Images of answered requests.',
    registers,
  });
  const batchSizes = new Histogram({
    name: 'samesame_batch_images',
    help: 'Images that the network was given at once.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    registers,
  });
  const reloads = new Counter({
    name: 'samesame_model_reloads_total',
    help: 'Times that the folder of the model was read again.',
    labelNames: ['outcome'],
    registers,
  });
  const gauge = (name: string, help: string, read: (gauges: Gauges) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(readGauges()));
      },
    });
  gauge('samesame_requests_in_progress', 'Requests with images that are worked on.', (now) => now.requests);
  gauge('samesame_images_in_progress', 'Images that are worked on or wait.', (now) => now.images);
  gauge('samesame_images_waiting', 'Images that wait for a batch.', (now) => now.waitingForBatch);
  gauge('samesame_held_body_bytes', 'Bytes of bodies that are held.', (now) => now.heldBytes);
  gauge('samesame_model_threads', 'Threads that run the model.', (now) => now.threads);
  new Gauge({
    name: 'samesame_model_info',
    help: '1 for the model that answers, by its checksum.',
    labelNames: ['model', 'version'],
    registers,
    collect() {
      this.reset();
      this.set({ model: readGauges().model, version: VERSION }, 1);
    },
  });

  const tally = { total: 0, images: 0, batches: 0, batched: 0 };
  const byStatus: Record<string, number> = {};
  const latencies = new Float64Array(NUM_KEPT);
  let numLatencies = 0;

  return {
    noteRequest({ method, route, status, latencyMs, numImages }) {
      requests.inc({ method, route, status: String(status) });
      seconds.observe({ route }, latencyMs / 1000);
      tally.total++;
      byStatus[status] = (byStatus[status] ?? 0) + 1;
      if (numImages === 0) return;
      images.inc(numImages);
      tally.images += numImages;
      latencies[numLatencies++ % NUM_KEPT] = latencyMs;
    },
    noteBatch(numImages) {
      batchSizes.observe(numImages);
      tally.batches++;
      tally.batched += numImages;
    },
    noteReload: (outcome) => reloads.inc({ outcome }),
    tally() {
      const numRequests = Math.min(numLatencies, NUM_KEPT);
      const sorted = latencies.slice(0, numRequests).sort();
      const at = (share: number) =>
        numRequests === 0 ? 0 : sorted[Math.min(numRequests - 1, Math.floor(share * numRequests))];
      return {
        total: tally.total,
        byStatus: { ...byStatus },
        images: tally.images,
        batches: {
          total: tally.batches,
          meanSize: tally.batches === 0 ? 0 : tally.batched / tally.batches,
        },
        latencyMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), numRequests },
      };
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
