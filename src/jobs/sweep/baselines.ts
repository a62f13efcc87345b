import type { SweepBaseline } from '../../report/sweep/sweep-table.ts';
import type { TrainConfig } from '../../train/config.ts';
import type { Outcome } from './messages.ts';
import type { PlannedConfiguration, PlannedRun } from './plan.ts';
import type { BaselineNumbers, RunNumbers } from './result.ts';
import { spreadOf } from './spread.ts';

const RATES = ['accuracy', 'auc', 'recallAt1', 'mapAtR'] as const;
type Rates = BaselineNumbers;
type Row = Omit<SweepBaseline, 'spreads'>;

/** What a baseline's numbers depend on beside the data: configurations that differ in one of these have their own. */
const OF_IMAGES = ['splitBy'] as const satisfies readonly (keyof TrainConfig)[];
const OF_BACKBONES = ['splitBy', 'backbone', 'cut', 'pool'] as const satisfies readonly (keyof TrainConfig)[];

/**
 * What needs no learning, by data set and by how it is split; the backbone before training by backbone, too.
 * Configurations that measure the same images of a seed count once.
 */
export function baselinesOf(
  configurations: readonly PlannedConfiguration[],
  outcomes: ReadonlyMap<string, Outcome>,
): SweepBaseline[] {
  const runs = configurations.flatMap(({ data, runs: own }) => own.map((run) => ({ data, run })));
  const finished = runs.flatMap(({ data, run }) => {
    const outcome = outcomes.get(run.folder);
    return outcome?.kind === 'finished' ? [{ data, run, numbers: outcome.numbers.baselines }] : [];
  });
  const all = runs.map(({ run }) => run);
  const collect = (
    name: SweepBaseline['name'],
    keys: readonly (keyof TrainConfig)[],
    pick: (numbers: RunNumbers['baselines']) => Partial<Rates> | null | undefined,
  ): SweepBaseline[] => {
    const differing = keys.filter((key) => new Set(all.map(({ config }) => config[key])).size > 1);
    const groups = new Map<string, { row: Row; draws: Map<string, Partial<Rates>> }>();
    for (const { data, run, numbers } of finished) {
      const picked = pick(numbers);
      if (picked === null || picked === undefined) continue;
      const of = labelOf(run, differing);
      const key = JSON.stringify([data, of]);
      const group = groups.get(key) ?? { row: { name, data, ...(of !== '' && { of }) }, draws: new Map() };
      groups.set(key, group);
      group.draws.set(JSON.stringify([run.seed, picked]), picked);
    }
    return [...groups.values()].map(({ row, draws }) => ({
      ...row,
      spreads: spreadsOf([...draws.values()]),
    }));
  };
  return [
    ...collect('untrained', OF_BACKBONES, ({ untrained }) => untrained),
    ...collect('raw pixels', OF_IMAGES, ({ rawPixels }) => rawPixels),
    ...collect('majority', OF_IMAGES, ({ majority }) => ({ accuracy: majority })),
  ].sort((a, b) => placeOf(finished, a) - placeOf(finished, b));
}

/** Of the data in the file: baselines of one data set stand together. */
function placeOf(finished: readonly { readonly data?: string }[], { data }: SweepBaseline): number {
  return finished.findIndex((run) => run.data === data);
}

/** `splitBy=class`, of the settings in which configurations differ. */
function labelOf({ config }: PlannedRun, keys: readonly (keyof TrainConfig)[]): string {
  return keys.map((key) => `${key}=${config[key]}`).join(' ');
}

/** Of the rates that the draws have. */
function spreadsOf(draws: readonly Partial<Rates>[]): SweepBaseline['spreads'] {
  const names = RATES.filter((rate) => draws.some((draw) => draw[rate] !== undefined));
  return Object.fromEntries(names.map((rate) => [rate, spreadOf(draws.map((draw) => draw[rate]))]));
}
