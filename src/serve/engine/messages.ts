import type { PixelTarget } from '../../data/pixels/decode.ts';
import type { Failure } from '../../jobs/failure.ts';
import type { Artefact } from '../../model/load.ts';
import type { ProjectionName } from '../../projection/index.ts';

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

/** What the thread that decodes is started with. */
export interface DecodeThreadStart {
  /** Images that are unpacked at once. */
  readonly numDecodes: number;
}

/** Work for the thread that decodes; the answer is a `Uint8Array`: pixels, or the bytes of a WebP. */
export type DecodeJob =
  | {
      readonly kind: 'pixels';
      readonly bytes: Uint8Array;
      readonly target: PixelTarget;
      readonly maxPixels: number;
    }
  | { readonly kind: 'thumbnail'; readonly path: string; readonly maxPixels: number };

/** Work for the thread that draws maps; the answer is a `Float32Array`: places `[N, 2]`. */
export interface PlaceJob {
  /** float32 `[numImages, D]`. */
  readonly embeddings: Float32Array;
  readonly numImages: number;
  readonly method: ProjectionName;
}

/** A job with its number, or nothing where the thread is to end. */
export type ToThread<Job> = { readonly id: number; readonly job: Job } | undefined;

/** It is ready (number 0), or the answer to a job, or what went wrong with it. */
export type FromThread<Answer> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: Failure };
