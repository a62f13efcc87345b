import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { checkWritable, removeLeftovers, writeFileAtomic } from '../../base/files.ts';
import { fingerprintOf } from '../../data/fingerprint.ts';
import type { SweepTable } from '../../report/sweep/sweep-table.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { fetchBackbones } from '../backbone/fetch.ts';
import { chooseClasses } from '../chosen-classes.ts';
import { type Failure, isFatal } from '../failure.ts';
import { createSweepClock, type SweepClock } from './estimate.ts';
import { type ExecutorOptions, executeHere, executeInChildren } from './execute.ts';
import type { Outcome } from './messages.ts';
import { type PlannedRun, planSweep, type SweepPlan } from './plan.ts';
import { dataFingerprint, findFinished } from './result.ts';
import { summarizeSweep } from './summarize.ts';
import type { SweepFile } from './sweep-file.ts';
import { writeTable } from './write-table.ts';

export interface SweepJob extends ExecutorOptions {
  readonly sweep: SweepFile;
  /** What `openDataset` reads. */
  readonly data: string;
  /** The sweep's folder. What it holds of this sweep is not done again. */
  readonly out: string;
  /** Runs at a time, each in a process of its own with its share of the threads. Default 1: in this process. */
  readonly parallel?: number;
  /** Ends the sweep in good order: the same job goes on from there. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SweepEvent) => void;
}

/** What a sweep tells while it works. */
export type SweepEvent =
  | {
      readonly kind: 'plan';
      readonly numConfigurations: number;
      readonly numSeeds: number;
      /** Of the configurations that can be trained. */
      readonly numRuns: number;
      /** Finished before, and not done again. */
      readonly numFinished: number;
    }
  /** Of a backbone that is being fetched, before the first run. */
  | { readonly kind: 'fetch'; readonly event: TrainEvent }
  | { readonly kind: 'unusable'; readonly configuration: string; readonly failure: Failure }
  | { readonly kind: 'start'; readonly run: PlannedRun; readonly place: SweepPlace }
  | {
      readonly kind: 'train';
      readonly run: PlannedRun;
      readonly event: TrainEvent;
      readonly place: SweepPlace;
    }
  | {
      readonly kind: 'end';
      readonly run: PlannedRun;
      readonly outcome: Outcome;
      readonly place: SweepPlace;
      readonly table: SweepTable;
    };

/** Where a sweep stands. */
export interface SweepPlace {
  /** Of the run among all, from 1. */
  readonly number: number;
  readonly numRuns: number;
  /** Finished or failed. */
  readonly numDone: number;
  /** Estimate for the whole sweep; null until one can be made. */
  readonly secondsLeft: number | null;
}

export interface FinishedSweep {
  readonly out: string;
  readonly table: SweepTable;
  /** Paths of the table and the plot. */
  readonly files: readonly string[];
}

/**
 * Trains every configuration of a sweep with every seed and compares them in one table, which is written anew after each
 * run. A run that is finished with the same configuration and data is not done again, one that was interrupted goes on
 * from its checkpoint, and one that fails is reported in the table while the others go on.
 * @throws E_CONFIG, E_DATA… where no configuration can be trained; E_PERMISSION, E_DISK_FULL; what `signal` aborts with
 * @example
 * const { table } = await runSweep({ sweep: await readSweepFile('sweep.json'), data: 'photos', out: 'runs/sweep' });
 * table.rows[0]; // { name: 'loss=triplet', isBest: true, spreads: { accuracy: { mean: 0.97, deviation: 0.004, … }, … }, … }
 */
export async function runSweep(job: SweepJob): Promise<FinishedSweep> {
  const { sweep, data, out, parallel = 1, onEvent = () => {} } = job;
  if (!Number.isInteger(parallel) || parallel < 1) {
    throw new SamesameError('E_CONFIG', {
      what: 'the sweep cannot do so many runs at a time',
      expected: 'parallel: a whole number from 1',
      received: String(parallel),
    });
  }
  const plan = await planSweep(sweep, data, out);
  await claimFolder(out);
  const runs = plan.configurations.flatMap((configuration) => configuration.runs);
  const outcomes = await findOutcomes(runs, plan, job.signal);
  await writeFileAtomic(join(out, 'sweep.json'), `${JSON.stringify(sweep, null, 2)}\n`);
  const summarize = () => summarizeSweep(sweep, plan.configurations, outcomes);
  let files = await writeTable(out, summarize());
  const numConfigurations = plan.configurations.length;
  const numSeeds = sweep.seeds.length;
  onEvent({ kind: 'plan', numConfigurations, numSeeds, numRuns: runs.length, numFinished: outcomes.size });
  for (const { name, failure } of plan.configurations)
    if (failure !== undefined) onEvent({ kind: 'unusable', configuration: name, failure });

  const queue = runs.filter(({ folder }) => !outcomes.has(folder));
  await fetchBackbones(
    queue.map(({ config }) => config),
    { cache: job.cache, signal: job.signal, onEvent: (event) => onEvent({ kind: 'fetch', event }) },
  );
  const clock = createSweepClock(parallel, secondsOf(outcomes));
  const placeOf = (run: PlannedRun): SweepPlace => ({
    number: runs.indexOf(run) + 1,
    numRuns: runs.length,
    numDone: outcomes.size,
    secondsLeft: clock.secondsLeft(queue.length),
  });
  const execute = parallel === 1 ? executeHere(plan.datasets, job) : executeInChildren(parallel, job);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(job.signal === undefined ? [] : [job.signal])]);
  // One after another, so that an older table never takes the place of a newer one.
  let written = Promise.resolve();

  async function work(): Promise<void> {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      signal.throwIfAborted();
      const current = run;
      clock.start(current.folder);
      onEvent({ kind: 'start', run: current, place: placeOf(current) });
      const outcome = await execute(
        current,
        (event) => {
          noteShare(clock, current, event);
          onEvent({ kind: 'train', run: current, event, place: placeOf(current) });
        },
        signal,
      );
      clock.finish(current.folder, outcome.kind === 'finished');
      outcomes.set(current.folder, outcome);
      const place = placeOf(current);
      const table = summarize();
      written = written.then(async () => {
        files = await writeTable(out, table);
      });
      await written;
      onEvent({ kind: 'end', run: current, outcome, place, table });
      if (outcome.kind === 'failed' && isFatal(outcome.failure)) throw fatal(outcome.failure);
    }
  }
  await allOrStop(Array.from({ length: Math.min(parallel, queue.length) }, work), stop);
  return { out, table: summarize(), files };
}

/** Waits for all to end. The first that fails stops the others, and is thrown. */
async function allOrStop(workers: readonly Promise<void>[], stop: AbortController): Promise<void> {
  for (const worker of workers) worker.catch((error) => stop.abort(error));
  await Promise.allSettled(workers);
  stop.signal.throwIfAborted();
}

function fatal({ code, message }: Failure): SamesameError {
  return new SamesameError(code as 'E_DISK_FULL' | 'E_PERMISSION', { what: message });
}

/** The numbers of runs that are finished already, by folder. */
async function findOutcomes(
  runs: readonly PlannedRun[],
  { datasets }: SweepPlan,
  signal: AbortSignal | undefined,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const fingerprints = new Map<string, Promise<string>>();
  const fingerprint = ({ data, config }: PlannedRun) => {
    const key = JSON.stringify([data, config.classMultiple]);
    const known = fingerprints.get(key);
    if (known !== undefined) return known;
    const dataset = chooseClasses(datasets.get(data)!, config);
    const found = fingerprintOf(dataset.set, signal).then((images) => dataFingerprint(images, dataset));
    fingerprints.set(key, found);
    return found;
  };
  for (const run of runs) {
    const numbers = await findFinished(run, () => fingerprint(run));
    if (numbers !== undefined) outcomes.set(run.folder, { kind: 'finished', numbers });
  }
  return outcomes;
}

/** @throws E_CONFIG where the folder holds something else */
async function claimFolder(out: string): Promise<void> {
  await checkWritable(out);
  const names = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw errorFromSystem(error, `reading ${out}`);
  });
  await removeLeftovers(out);
  const others = names.filter((name) => !name.startsWith('.'));
  if (others.length === 0 || others.includes('sweep.json')) return;
  throw new SamesameError('E_CONFIG', {
    what: `${out} holds something that is not a sweep`,
    expected: 'a new folder, or that of this sweep',
    received: others.slice(0, 5).join(', '),
    help: 'choose another folder (--out)',
  });
}

function secondsOf(outcomes: ReadonlyMap<string, Outcome>): number[] {
  return [...outcomes.values()].flatMap((outcome) =>
    outcome.kind === 'finished' ? [outcome.numbers.trainSeconds] : [],
  );
}

function noteShare(clock: SweepClock, { folder }: PlannedRun, event: TrainEvent): void {
  if (event.kind === 'step')
    clock.progress(folder, (event.epoch - 1 + event.step / event.stepsPerEpoch) / event.numEpochs);
}
