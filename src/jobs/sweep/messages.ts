import type { TrainEvent } from '../../train/progress.ts';
import type { Failure } from '../failure.ts';
import type { PlannedRun } from './plan.ts';
import type { RunNumbers } from './result.ts';

/** What a sweep tells a process that trains for it. */
export type ToWorker =
  | {
      readonly kind: 'run';
      readonly run: PlannedRun;
      readonly numThreads?: number;
      readonly provider?: string;
      readonly memoryBytes?: number;
      readonly checkpointSeconds?: number;
      readonly cache?: string;
    }
  | { readonly kind: 'abort' };

/** What came of a run. */
export type Outcome =
  | { readonly kind: 'finished'; readonly numbers: RunNumbers }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What that process answers: events, and one outcome at the end. */
export type FromWorker = { readonly kind: 'event'; readonly event: TrainEvent } | Outcome;
