import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { SamesameError } from '../../base/errors.ts';
import { type Dataset, openDataset } from '../../data/sources/open.ts';
import { readTrainConfig, type TrainConfig } from '../../train/config.ts';
import { createObjective } from '../../train/objective.ts';
import { chooseClasses } from '../chosen-classes.ts';
import { type Failure, toFailure } from '../failure.ts';
import { readPreset } from '../presets.ts';
import { namesPairs } from '../split-data.ts';
import { type Configuration, expandSweep, mergeSettings } from './expand.ts';
import type { SweepFile } from './sweep-file.ts';

/** One training of a sweep: plain values, so that another process can do it. */
export interface PlannedRun {
  readonly configuration: string;
  readonly seed: number | string;
  /** Whole, the seed included. */
  readonly config: TrainConfig;
  /** What `openDataset` reads. */
  readonly data: string;
  readonly folder: string;
}

export interface PlannedConfiguration extends Configuration {
  /** One for each seed; none where it cannot be trained. */
  readonly runs: readonly PlannedRun[];
  /** Why it cannot. */
  readonly failure?: Failure;
}

export interface SweepPlan {
  readonly configurations: readonly PlannedConfiguration[];
  /** Opened data by path. */
  readonly datasets: ReadonlyMap<string, Dataset>;
}

/** What a sweep itself writes into its folder: no configuration may be called that. */
export const SWEEP_FILES = ['sweep.json', 'table.md', 'table.csv', 'table.json', 'plot.svg', 'plot.png'];

/**
 * Finds out, before any work, what each configuration of a sweep will be and whether it can be trained. One that cannot
 * carries its failure, and the others go on without it.
 * @param data what `train` would be given; a listed configuration's own data is relative to it
 * @throws what is wrong with the first configuration, where none can be trained; E_CONFIG for an unknown preset
 */
export async function planSweep(sweep: SweepFile, data: string, out: string): Promise<SweepPlan> {
  const datasets = new Map<string, Dataset>();
  const opened = new Map<string, Promise<Dataset>>();
  const taken = new Set(SWEEP_FILES);
  const configurations: PlannedConfiguration[] = [];
  let firstError: unknown;
  const preset = sweep.preset === undefined ? {} : (await readPreset(sweep.preset)).config;
  const base = mergeSettings(preset, sweep.base);
  for (const configuration of expandSweep(sweep)) {
    const folder = join(out, folderName(configuration.name, taken));
    try {
      const options = mergeSettings(base, configuration.settings);
      const path = configuration.data === undefined ? data : await locate(data, configuration.data);
      if (!opened.has(path)) opened.set(path, openDataset(path));
      const dataset = await opened.get(path)!;
      datasets.set(path, dataset);
      const takenBySeeds = new Set<string>();
      const runs = sweep.seeds.map((seed) => {
        const config = readTrainConfig({ ...options, seed }, namesPairs(dataset));
        createObjective(config, namesPairs(dataset));
        chooseClasses(dataset, config);
        return {
          configuration: configuration.name,
          seed,
          config,
          data: path,
          folder: join(folder, folderName(`seed-${seed}`, takenBySeeds)),
        };
      });
      configurations.push({ ...configuration, runs });
    } catch (error) {
      firstError ??= error;
      configurations.push({ ...configuration, runs: [], failure: toFailure(error) });
    }
  }
  if (configurations.every(({ failure }) => failure !== undefined)) throw firstError as SamesameError;
  return { configurations, datasets };
}

/** As relative as it was given: the path names the data in the model, which should not tell where it was made. */
async function locate(data: string, own: string): Promise<string> {
  if (isAbsolute(own)) return own;
  const isFolder = await stat(data).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return join(isFolder ? data : dirname(data), own);
}

/** A folder's name that no other configuration has, on a disk that does not tell capitals from small letters either. */
function folderName(name: string, taken: Set<string>): string {
  const base = slug(name);
  let unique = base;
  for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${base}-${count}`;
  taken.add(unique.toLowerCase());
  return unique;
}

/** A name as part of a path that every file system takes. */
export function slug(name: string): string {
  const clean = name
    .replace(/[^\p{L}\p{N}.=_+-]+/gu, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 100);
  return clean || 'unnamed';
}
