import type { HttpBindings } from '@hono/node-server';
import type { Logger } from 'pino';
import type { Guard } from './access/guard.ts';
import type { Decoder } from './engine/decoder.ts';
import type { ServedModel } from './engine/served-model.ts';
import type { Metrics } from './metrics.ts';
import type { ServeSettings } from './options.ts';
import type { Admission, Ticket } from './requests/admission.ts';
import type { ImageFetcher } from './requests/fetch-image.ts';

/** Everything that answering takes. */
export interface Service {
  readonly settings: ServeSettings;
  readonly model: ServedModel;
  readonly decoder: Decoder;
  readonly admission: Admission;
  readonly guard: Guard;
  readonly fetchImage: ImageFetcher;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly startedMs: number;
  /** Whether it has begun to stop. */
  readonly isStopping: () => boolean;
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
