import { type Command, InvalidArgumentError } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { storedPath } from '../search/store/identity.ts';
import type { FieldTest, StoreFilter } from '../search/store/types.ts';

/** Where a store is looked for when nobody says. */
export const DEFAULT_STORE = 'samesame.store';

export interface StoreOptions {
  readonly store: string;
}

export function addStoreOption(verb: Command): Command {
  return verb.option(
    '--store <address>',
    'a folder, or postgres://user:password@host/database?store=name (pgvector)',
    DEFAULT_STORE,
  );
}

export interface FilterOptions {
  readonly label?: readonly string[];
  readonly under?: string;
  readonly after?: number;
  readonly before?: number;
  readonly where?: readonly FieldTest[];
}

export function addFilterOptions(verb: Command): Command {
  return verb
    .optionsGroup('Only among:')
    .option('--label <names...>', 'images of these classes')
    .option('--under <path>', 'images below this folder')
    .option('--after <date>', 'files changed at this time or later: 2024-05-01, 2024-05-01T12:00Z', toTime)
    .option('--before <date>', 'files changed before this time', toTime)
    .option(
      '--where <test>',
      'images whose metadata fit: camera.model=Box, year>=2020, place!="Rome"; may be given several times',
      collectTest,
    );
}

/** The filter, or undefined where none was asked for. */
export function toFilter({ label, under, after, before, where }: FilterOptions): StoreFilter | undefined {
  const filter: StoreFilter = {
    ...(label !== undefined && { labels: label }),
    ...(under !== undefined && { pathPrefix: belowPath(under) }),
    ...(after !== undefined && { modifiedFromMs: after }),
    ...(before !== undefined && { modifiedBeforeMs: before }),
    ...(where !== undefined && { where }),
  };
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** What paths below a folder begin with. */
function belowPath(folder: string): string {
  const path = storedPath(folder);
  return path.endsWith('/') ? path : `${path}/`;
}

function toTime(text: string): number {
  const time = /^\d{4}-\d\d(-\d\d)?([T ].*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('Expected a date, such as 2024-05-01.');
  return time;
}

function collectTest(text: string, former: readonly FieldTest[] = []): FieldTest[] {
  return [...former, parseTest(text)];
}

/**
 * `camera.model=Box` as a test. The value is read as JSON where it is some (`2020`, `true`, `null`, `"2020"`), else as text.
 * @throws E_USAGE
 */
export function parseTest(text: string): FieldTest {
  const match = /^([^=<>!]+?)\s*(!=|<=|>=|=|<|>)\s*(.*)$/s.exec(text);
  const field = match?.[1].trim().split('.') ?? [];
  if (match === null || field.includes('')) {
    throw new SamesameError('E_USAGE', {
      what: `--where ${text} is no test`,
      expected: 'field=value, with = != < <= > >= between them, such as camera.model=Box or year>=2020',
    });
  }
  return { field, is: match[2] as FieldTest['is'], value: parseValue(match[3]) };
}

function parseValue(text: string): FieldTest['value'] {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
      return value as FieldTest['value'];
  } catch {
    // Text that is no JSON is text.
  }
  return text;
}
