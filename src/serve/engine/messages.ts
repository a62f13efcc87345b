import type { PixelTarget } from '../../data/pixels/decode.ts';
import type { Failure } from '../../jobs/failure.ts';
import type { Artefact } from '../../model/load.ts';

/** What a thread that runs the model is started with. */
export interface ModelThreadStart {
  readonly artefact: Artefact;
  /** Where graphs run: `cpu`, `cuda`, …. */
  readonly provider?: string;
}

/** Work for a thread that runs the model; the answer is a `Float32Array`. */
export type ModelJob =
  | { readonly kind: 'embed'; readonly pixels: Uint8Array }
  | { readonly kind: 'distances'; readonly left: Float32Array; readonly right: Float32Array };

/** Work for the thread that decodes; the answer is a `Uint8Array`. */
export interface DecodeJob {
  readonly bytes: Uint8Array;
  readonly target: PixelTarget;
  readonly maxPixels: number;
}

/** A job with its number, or nothing where the thread is to end. */
export type ToThread<Job> = { readonly id: number; readonly job: Job } | undefined;

/** It is ready (number 0), or the answer to a job, or what went wrong with it. */
export type FromThread<Answer> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: Failure };
