import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';

/** Settings by name; `lossOptions.margin` sets one within an object. Whether they fit is found out by configuration. */
const settings = z.record(z.string(), z.unknown());

const listed = z.strictObject({
  name: z.string().trim().min(1).max(120),
  /** For people. */
  about: z.string().optional(),
  /** Data of its own, relative to the sweep's. */
  data: z.string().min(1).optional(),
  /** What differs from the base. */
  config: settings.default({}),
});

/** The schema of a sweep file. */
export const sweepSchema = z.strictObject({
  /** Names the folder and the table. */
  name: z.string().trim().min(1).max(120),
  /** For people. */
  about: z.string().optional(),
  /** Name of a preset whose settings the base starts from. */
  preset: z.string().min(1).optional(),
  /** Settings that all configurations share. */
  base: settings.default({}),
  /** Each combination of these values is a configuration. */
  grid: z.record(z.string(), z.array(z.unknown()).min(1)).optional(),
  /** Configurations by name, behind those of the grid. */
  list: z.array(listed).min(1).optional(),
  /** Each configuration is trained once with each seed. Three, so that a spread can be told. */
  seeds: z
    .array(z.union([z.int(), z.string().min(1)]))
    .min(1)
    .default([1, 2, 3]),
});

export type SweepFile = z.infer<typeof sweepSchema>;

/** Past this a grid is a slip of the pen. */
const MAX_RUNS = 10_000;

/**
 * A sweep file, read and checked as a file: whether each configuration can be trained is `planSweep`'s to say.
 * @throws E_NOT_FOUND, E_PERMISSION; E_CONFIG where it is not a sweep, with the nearest right key for a misspelt one
 */
export async function readSweepFile(path: string): Promise<SweepFile> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SamesameError('E_CONFIG', {
      what: `${path} is not JSON`,
      expected: 'a sweep: {"name": "margins", "grid": {"lossOptions.margin": [0.5, 1]}, "seeds": [1, 2, 3]}',
      received: (cause as Error).message,
      cause,
    });
  }
  return parseSweep(json, path);
}

/**
 * A sweep from its JSON value.
 * @param where names it in errors
 * @throws E_CONFIG
 */
export function parseSweep(json: unknown, where = 'the sweep'): SweepFile {
  const result = sweepSchema.safeParse(json);
  if (!result.success) throw schemaError(result.error, where);
  const sweep = result.data;
  checkTwins(where, 'seed', sweep.seeds.map(String));
  checkTwins(
    where,
    'name in list',
    (sweep.list ?? []).map(({ name }) => name),
  );
  for (const [key, values] of Object.entries(sweep.grid ?? {}))
    checkTwins(
      where,
      `value of grid.${key}`,
      values.map((value) => JSON.stringify(value)),
    );
  checkSeedIsOutside(sweep, where);
  const combinations = Object.values(sweep.grid ?? {}).reduce((product, { length }) => product * length, 1);
  const numRuns = (combinations + (sweep.list?.length ?? 0)) * sweep.seeds.length;
  if (numRuns > MAX_RUNS) {
    throw new SamesameError('E_CONFIG', {
      what: `${where} asks for too many runs`,
      expected: `at most ${MAX_RUNS}`,
      received: `${numRuns}`,
      help: 'leave out values of the grid, or seeds',
    });
  }
  return sweep;
}

function checkTwins(where: string, what: string, values: readonly string[]): void {
  const twin = values.find((value, i) => values.indexOf(value) < i);
  if (twin === undefined) return;
  throw new SamesameError('E_CONFIG', {
    what: `${where} has the same ${what} twice`,
    expected: 'each once',
    received: twin,
  });
}

function checkSeedIsOutside({ base, grid = {}, list = [] }: SweepFile, where: string): void {
  const owners = [
    ['base', base],
    ['grid', grid],
    ...list.map(({ name, config }) => [`the configuration ${name}`, config] as const),
  ] as const;
  const owner = owners.find(([, keys]) => Object.hasOwn(keys, 'seed'))?.[0];
  if (owner === undefined) return;
  throw new SamesameError('E_CONFIG', {
    what: `${where} has a seed in ${owner}`,
    expected: '"seeds" beside "base", with which each configuration is trained',
    received: 'seed',
    help: 'write "seeds": [1, 2, 3]',
  });
}

function schemaError(error: z.ZodError, where: string): SamesameError {
  const help = error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    const known = Object.keys((issue.path[0] === 'list' ? listed : sweepSchema).shape);
    return issue.keys.flatMap((key) => {
      const near = suggest(key, known);
      return near === undefined ? [] : [`did you mean "${near}" instead of "${key}"?`];
    });
  });
  return new SamesameError('E_CONFIG', {
    what: `${where} is not a sweep`,
    expected: `an object with ${Object.keys(sweepSchema.shape).join(', ')}`,
    received: z.prettifyError(error),
    help: help.length > 0 ? help.join(' ') : 'see samesame sweep --help',
    details: { issues: error.issues },
  });
}
