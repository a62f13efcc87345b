import { formatCount, formatDuration, formatNumber, formatRate } from '../format.ts';

/** Mean and spread over seeds. */
export interface SeedSpread {
  readonly mean: number;
  /** Sample standard deviation, `sqrt(Σ(x − mean)² / (n − 1))`; null with one seed. */
  readonly deviation: number | null;
  readonly min: number;
  readonly max: number;
  /** Seeds that have the number. */
  readonly count: number;
}

/** What a sweep measures of each run, in the order of its columns. */
export const SWEEP_MEASURES = {
  validationAccuracy: { title: 'Validation accuracy', short: 'validation', format: formatRate },
  accuracy: { title: 'Test accuracy', short: 'test', format: formatRate },
  auc: { title: 'AUC', short: 'AUC', format: formatRate },
  recallAt1: { title: 'Recall@1', short: 'Recall@1', format: formatRate },
  mapAtR: { title: 'MAP@R', short: 'MAP@R', format: formatRate },
  threshold: { title: 'Threshold', short: 'threshold', format: formatNumber },
  trainSeconds: { title: 'Training time', short: 'time', format: formatDuration },
  numParameters: { title: 'Parameters', short: 'parameters', format: formatCount },
} as const;

export type SweepMeasure = keyof typeof SWEEP_MEASURES;
export const MEASURE_NAMES = Object.keys(SWEEP_MEASURES) as SweepMeasure[];

export type SweepSpreads = Readonly<Record<SweepMeasure, SeedSpread | null>>;

/** One seed of a configuration. */
export interface SweepRun {
  readonly seed: number | string;
  readonly folder: string;
  readonly state: 'finished' | 'failed' | 'waiting';
  /** Null where the data leaves one undefined; absent until the run is finished. */
  readonly values?: Readonly<Record<SweepMeasure, number | null>>;
  readonly failure?: SweepFailure;
}

export interface SweepFailure {
  readonly code: string;
  readonly message: string;
}

export interface SweepRow {
  readonly name: string;
  readonly about?: string;
  /** Its own data, where it has some. */
  readonly data?: string;
  /** What it sets over the base. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly isBest: boolean;
  /** Over the finished runs. */
  readonly spreads: SweepSpreads;
  readonly runs: readonly SweepRun[];
  /** Why the configuration cannot be trained at all. */
  readonly failure?: SweepFailure;
}

/** What needs no learning, on one data set. */
export interface SweepBaseline {
  /** `untrained`: the backbone's features before training. */
  readonly name: 'untrained' | 'raw pixels' | 'majority';
  readonly data?: string;
  /** Settings of the configurations that it is the floor of, where they differ: `splitBy=class`. */
  readonly of?: string;
  readonly spreads: Partial<SweepSpreads>;
}

/** All that a sweep found out, best configuration first. */
export interface SweepTable {
  readonly name: string;
  readonly about?: string;
  readonly seeds: readonly (number | string)[];
  readonly numRuns: number;
  readonly numFinished: number;
  readonly numFailed: number;
  readonly rows: readonly SweepRow[];
  readonly baselines: readonly SweepBaseline[];
}

/** `raw pixels`, `raw pixels, splitBy=class`. */
export function labelOfBaseline({ name, of }: SweepBaseline): string {
  return of === undefined ? name : `${name}, ${of}`;
}

/** What a reader must know to read the table. */
export const SWEEP_NOTE =
  'Sorted by validation accuracy, and the best one chosen by it: a configuration chosen by its test numbers would ' +
  'make them too good. ± is the sample standard deviation over seeds.';

/** `0.9951 ± 0.0004`; the mean alone with one seed. */
export function formatSpread(measure: SweepMeasure, spread: SeedSpread | null | undefined): string {
  const { format } = SWEEP_MEASURES[measure];
  if (spread === null || spread === undefined) return format(null);
  const { mean, deviation } = spread;
  if (deviation === null || (measure === 'numParameters' && deviation === 0)) return format(mean);
  return `${format(mean)} ± ${measure === 'threshold' ? String(Number(deviation.toPrecision(2))) : format(deviation)}`;
}

/** `3`, `2 of 3`, `1 of 3, 2 failed`, `failed`. */
export function formatRuns({ runs, failure }: SweepRow): string {
  if (failure !== undefined) return 'failed';
  const count = (state: SweepRun['state']) => runs.filter((run) => run.state === state).length;
  const finished = count('finished');
  const failed = count('failed');
  if (failed === runs.length) return 'failed';
  const done = finished === runs.length ? `${finished}` : `${finished} of ${runs.length}`;
  return failed === 0 ? done : `${done}, ${failed} failed`;
}

/** Everything that went wrong, as `where: what`: one line for a configuration, or for each of its seeds. */
export function listFailures({
  rows,
}: SweepTable): { readonly where: string; readonly failure: SweepFailure }[] {
  return rows.flatMap(({ name, failure, runs }) =>
    failure !== undefined
      ? [{ where: name, failure }]
      : runs.flatMap((run) =>
          run.failure === undefined ? [] : [{ where: `${name}, seed ${run.seed}`, failure: run.failure }],
        ),
  );
}
