import type { HttpBindings } from '@hono/node-server';
import type { Logger } from 'pino';
import type { VectorStore } from '../search/store/types.ts';
import type { Guard } from './access/guard.ts';
import type { Decoder } from './engine/decoder.ts';
import type { ServedModel } from './engine/served-model.ts';
import type { Metrics } from './metrics.ts';
import type { Mover } from './moves/mover.ts';
import type { ServeSettings } from './options.ts';
import type { StoreMaps } from './overview/store-map.ts';
import type { NearPairs } from './overview/store-neighbours.ts';
import type { Thumbnails } from './overview/thumbnails.ts';
import type { PageFile } from './page/page-files.ts';
import type { Admission, Ticket } from './requests/admission.ts';
import type { ImageFetcher } from './requests/fetch-image.ts';
import type { ServedRun } from './training/served-runs.ts';

/** Everything that answering takes. */
export interface Service {
  readonly settings: ServeSettings;
  readonly model: ServedModel;
  readonly decoder: Decoder;
  /** Undefined where the service has none. */
  readonly store: VectorStore | undefined;
  /** Undefined where there is no store. */
  readonly overview: Overview | undefined;
  readonly thumbnails: Thumbnails;
  /** Undefined where the service moves no files. */
  readonly mover: Mover | undefined;
  /** In the order in which they were named; none where the service was given none. */
  readonly runs: readonly ServedRun[];
  /** Files of the page; none where it was not built. */
  readonly pageFiles: readonly PageFile[];
  readonly admission: Admission;
  readonly guard: Guard;
  readonly fetchImage: ImageFetcher;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly startedMs: number;
  /** Whether it has begun to stop. */
  readonly isStopping: () => boolean;
}

/** What is worked out of a whole store. */
export interface Overview {
  readonly maps: StoreMaps;
  readonly findNeighbours: () => Promise<NearPairs>;
}

/** What a request carries from one step to the next. */
export interface RequestVariables {
  requestId: string;
  /** Images that it brought. */
  numImages: number;
  /** Id of its token. */
  tokenId: string | undefined;
  /** What it holds; only of requests with images. */
  ticket: Ticket;
  /** Aborts when the client goes away or the time is over. */
  signal: AbortSignal;
  /** What went wrong, for the log. */
  failure: unknown;
}

export interface ServeEnv {
  Bindings: HttpBindings;
  Variables: RequestVariables;
}
