import type { PixelShape } from '../../data/types.ts';
import type { Failure } from '../failure.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly model: Uint8Array;
  readonly shape: PixelShape;
}

/** A batch, or nothing where the worker is to end. */
export type ToWorker = { readonly pixels: Uint8Array; readonly numImages: number } | undefined;

/** It is ready; or the rows of a batch, in the order of the batches; or what went wrong. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'rows'; readonly rows: Uint16Array }
  | { readonly kind: 'failed'; readonly failure: Failure };
