import { rm } from 'node:fs/promises';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { type Dataset, openDataset } from '../../data/sources/open.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { train } from '../train.ts';
import type { PlannedRun } from './plan.ts';
import { dataFingerprint, isSameRun, numbersOf, type RunNumbers, resultPath, writeResult } from './result.ts';

export interface TrainRunOptions {
  /** Default: opened anew. */
  readonly dataset?: Dataset;
  readonly runtime: Runtime;
  readonly memoryBytes?: number;
  readonly checkpointSeconds?: number;
  /** Folder of backbones and features. */
  readonly cache?: string;
  /** Threads that run a frozen part. */
  readonly numThreads?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * Trains one run of a sweep: goes on where it was interrupted, begins anew where its configuration or its data have
 * changed since, and leaves `result.json` in its folder.
 * @throws what `train` throws
 */
export async function trainRun(run: PlannedRun, options: TrainRunOptions): Promise<RunNumbers> {
  const { dataset = await openDataset(run.data), ...rest } = options;
  await rm(resultPath(run.folder), { force: true }).catch((error) => {
    throw errorFromSystem(error, `replacing ${resultPath(run.folder)}`);
  });
  const begin = (resume: boolean) =>
    train({ ...rest, dataset, config: run.config, out: run.folder, resume, overwrite: !resume });
  const resume = await isSameRun(run);
  const finished = await begin(resume).catch((error) => {
    // Its checkpoint is damaged, or of other images: worth nothing to this run.
    if (resume && error instanceof SamesameError && error.code === 'E_CHECKPOINT') return begin(false);
    throw error;
  });
  const numbers = numbersOf(finished);
  await writeResult(run, dataFingerprint(finished.data.fingerprint, dataset), numbers);
  return numbers;
}
