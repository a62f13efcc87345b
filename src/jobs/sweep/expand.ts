import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import type { SweepFile } from './sweep-file.ts';

/** One configuration of a sweep, as the file says it: what differs from the base, and the name that tells it apart. */
export interface Configuration {
  readonly name: string;
  readonly about?: string;
  readonly data?: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Settings that are objects, and so can be set by parts: `augment.noise`. */
const NESTED = ['lossOptions', 'comparatorOptions', 'augment', 'image', 'pixels'] as const;

/**
 * The configurations of a sweep: every combination of the grid (the last key changes fastest), then the list. A sweep
 * with neither is its base.
 * @example
 * expandSweep({ …, grid: { loss: ['contrastive', 'triplet'], 'lossOptions.margin': [0.5, 1] } }).map(({ name }) => name)
 * // ['loss=contrastive lossOptions.margin=0.5', 'loss=contrastive lossOptions.margin=1', 'loss=triplet …', …]
 */
export function expandSweep({ name, grid = {}, list = [] }: SweepFile): Configuration[] {
  const keys = Object.keys(grid);
  let combinations: Record<string, unknown>[] = [{}];
  for (const key of keys)
    combinations = combinations.flatMap((settings) =>
      grid[key].map((value) => ({ ...settings, [key]: value })),
    );
  const ofGrid = combinations.map((settings) => ({
    name: keys.map((key) => `${key}=${nameOf(settings[key])}`).join(' '),
    settings,
  }));
  const ofList = list.map(({ config, ...entry }) => ({ ...entry, settings: config }));
  if (keys.length > 0) return [...ofGrid, ...ofList];
  return ofList.length > 0 ? ofList : [{ name, settings: {} }];
}

/** A word stays a word. */
function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Options of a run: the base, and over it a configuration's settings. A plain key replaces the base's value as a whole;
 * then each dotted key sets one option within.
 * @throws E_CONFIG for a dotted key that has no object to go into
 */
export function mergeSettings(
  base: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return withSettings(withSettings({}, base), settings);
}

/**
 * A sweep whose base has other settings in some places, as if they were written there: what a configuration sets for
 * itself goes before them. A plain key takes the place of the base's dotted ones, too.
 */
export function overrideBase(sweep: SweepFile, settings: Readonly<Record<string, unknown>>): SweepFile {
  const kept = Object.entries(sweep.base).filter(([key]) => !Object.hasOwn(settings, key.split('.')[0]));
  return { ...sweep, base: { ...Object.fromEntries(kept), ...settings } };
}

function withSettings(options: Record<string, unknown>, settings: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(settings);
  const merged = { ...options, ...Object.fromEntries(entries.filter(([key]) => !key.includes('.'))) };
  for (const [path, value] of entries.filter(([key]) => key.includes('.'))) {
    const [key, option, ...rest] = path.split('.');
    if (!(NESTED as readonly string[]).includes(key) || option === '' || rest.length > 0)
      throw unknownPath(path, key, option);
    const object = merged[key] ?? {};
    if (typeof object !== 'object' || Array.isArray(object)) throw noObject(path, key, object);
    merged[key] = { ...object, [option]: value };
  }
  return merged;
}

function unknownPath(path: string, key: string, option: string): SamesameError {
  const near = suggest(key, NESTED);
  return new SamesameError('E_CONFIG', {
    what: `there is no setting "${path}"`,
    expected: `a dot only behind ${NESTED.join(', ')}`,
    received: path,
    help: near === undefined ? 'see samesame train --help' : `did you mean "${near}.${option}"?`,
    details: { setting: path },
  });
}

function noObject(path: string, key: string, received: unknown): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `"${path}" has nothing to go into`,
    expected: `${key} as an object, or left out`,
    received: `${key}: ${JSON.stringify(received)}`,
    help: `write ${key} as an object in the base`,
    details: { setting: path },
  });
}
