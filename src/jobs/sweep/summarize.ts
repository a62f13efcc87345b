import {
  MEASURE_NAMES,
  type SeedSpread,
  type SweepMeasure,
  type SweepRow,
  type SweepRun,
  type SweepSpreads,
  type SweepTable,
} from '../../report/sweep/sweep-table.ts';
import { baselinesOf } from './baselines.ts';
import type { Outcome } from './messages.ts';
import type { PlannedConfiguration, PlannedRun } from './plan.ts';
import { spreadOf } from './spread.ts';
import type { SweepFile } from './sweep-file.ts';

/**
 * The table of a sweep as far as it has come. Configurations by mean validation accuracy, highest first; then those
 * without a finished run, as the file has them. Only a configuration whose seeds are all finished can be the best.
 * @param outcomes by run folder
 */
export function summarizeSweep(
  { name, about, seeds }: SweepFile,
  configurations: readonly PlannedConfiguration[],
  outcomes: ReadonlyMap<string, Outcome>,
): SweepTable {
  const rows = configurations.map((configuration) => rowOf(configuration, outcomes));
  const rank = ({ spreads }: SweepRow) => spreads.validationAccuracy?.mean ?? Number.NEGATIVE_INFINITY;
  const sorted = rows
    .map((row, place) => ({ row, place }))
    .sort((a, b) => compare(rank(b.row), rank(a.row)) || a.place - b.place)
    .map(({ row }) => row);
  const best = sorted.find(({ runs }) => runs.length > 0 && runs.every(({ state }) => state === 'finished'));
  const states = rows.flatMap(({ runs, failure }) =>
    failure === undefined ? runs.map(({ state }) => state) : seeds.map(() => 'failed' as const),
  );
  return {
    name,
    about,
    seeds,
    numRuns: states.length,
    numFinished: states.filter((state) => state === 'finished').length,
    numFailed: states.filter((state) => state === 'failed').length,
    rows: sorted.map((row) => ({ ...row, isBest: row === best })),
    baselines: baselinesOf(configurations, outcomes),
  };
}

/** Two that are infinitely low are equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function rowOf(
  { name, about, data, settings, runs, failure }: PlannedConfiguration,
  outcomes: ReadonlyMap<string, Outcome>,
): SweepRow {
  const rows = runs.map((run) => runOf(run, outcomes.get(run.folder)));
  return { name, about, data, settings, isBest: false, spreads: spreadsOf(rows), runs: rows, failure };
}

function runOf({ seed, folder }: PlannedRun, outcome: Outcome | undefined): SweepRun {
  if (outcome === undefined) return { seed, folder, state: 'waiting' };
  if (outcome.kind === 'failed') return { seed, folder, state: 'failed', failure: outcome.failure };
  const { epochs: _, keptEpoch: __, baselines: ___, ...values } = outcome.numbers;
  return { seed, folder, state: 'finished', values };
}

function spreadsOf(runs: readonly SweepRun[]): SweepSpreads {
  return Object.fromEntries(
    MEASURE_NAMES.map((measure) => [measure, spreadOf(runs.map(({ values }) => values?.[measure]))]),
  ) as Record<SweepMeasure, SeedSpread | null>;
}
