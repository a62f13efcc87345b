import { type Command, InvalidArgumentError, Option } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import {
  clearFeatures,
  defaultFeaturesFolder,
  type KeptTrunk,
  listFeatures,
} from '../data/features/trunks.ts';
import { formatBytes, formatCount, NOTHING } from '../report/format.ts';
import { renderTable } from '../report/index.ts';
import { addBasicOptions, type CommonOptions, toNumber } from './common.ts';
import { printNext } from './results-text.ts';
import { createTerminal } from './terminal.ts';

interface CacheOptions extends CommonOptions {
  readonly cache?: string;
}

interface ClearCacheOptions extends CacheOptions {
  readonly olderThan?: number;
  readonly trunk?: string;
}

const CACHE_OPTION = [
  '--cache <dir>',
  'where they are kept (default: $SAMESAME_CACHE/features, else ~/.cache/samesame/features)',
] as const;
const SEED = 'taken by every verb; nothing is drawn by chance here';
/** As many digits of a name as tell trunks apart at a glance. */
const NUM_DIGITS = 12;

export function addCache(verb: Command): void {
  verb
    // Options behind "clear" are its own.
    .enablePositionalOptions()
    .argument('[command]', 'clear, or nothing: list')
    .usage('[options]\n       samesame cache clear [options]')
    .optionsGroup('Features:')
    .option(...CACHE_OPTION);
  addBasicOptions(verb, SEED)
    .addHelpText(
      'after',
      `
The frozen part of a pretrained network runs once on each image, and what it gives is kept here.
Removing it loses nothing but the time to compute it again.

Examples:
  $ samesame cache                          what is kept, for which network, and how much
  $ samesame cache clear --older-than 30    remove what was not used for 30 days
  $ samesame cache clear --trunk 3fa9`,
    )
    .action(runList);
  addClear(verb.command('clear').description('Remove kept features: all, or those that the options name.'));
}

function addClear(verb: Command): void {
  verb
    .optionsGroup('Features:')
    .addOption(new Option('--older-than <days>', 'only what was not used for so many days').argParser(toDays))
    .option('--trunk <name>', 'only those of this network, by the beginning of its name in the list')
    .option(...CACHE_OPTION);
  addBasicOptions(verb, SEED)
    .addHelpText(
      'after',
      `
Examples:
  $ samesame cache clear
  $ samesame cache clear --older-than 30
  $ samesame cache clear --trunk 3fa9 --json`,
    )
    .action((_options: ClearCacheOptions, command: Command) => runClear(command.optsWithGlobals()));
}

async function runList(command: string | undefined, options: CacheOptions): Promise<void> {
  const terminal = createTerminal(options);
  if (command !== undefined) throw unknownCommand(command);
  const cache = options.cache ?? defaultFeaturesFolder();
  const trunks = await listFeatures(cache);
  const sizeBytes = sizeOf(trunks);
  if (trunks.length > 0) {
    terminal.print(renderTrunks(trunks));
    terminal.print();
  }
  terminal.print(
    trunks.length === 0 ? `No features are kept in ${cache}.` : `${formatBytes(sizeBytes)} in ${cache}.`,
  );
  if (trunks.length > 0) printNext(terminal, [['remove them', 'npx samesame cache clear']]);
  terminal.result({ cache, sizeBytes, trunks });
}

function unknownCommand(command: string): SamesameError {
  const suggestion = suggest(command, ['clear']);
  return new SamesameError('E_USAGE', {
    what: `samesame cache has no command "${command}"`,
    expected: 'clear, or nothing',
    help: suggestion === undefined ? 'see --help' : `did you mean ${suggestion}?`,
    details: { suggestion },
  });
}

async function runClear(options: ClearCacheOptions): Promise<void> {
  const terminal = createTerminal(options);
  const { cache = defaultFeaturesFolder(), olderThan, trunk } = options;
  const cleared = await clearFeatures({ folder: cache, olderThanDays: olderThan, trunk });
  const sizeBytes = sizeOf(cleared);
  if (cleared.length > 0) {
    terminal.print(renderTrunks(cleared));
    terminal.print();
  }
  terminal.print(
    cleared.length === 0
      ? `Nothing to remove in ${cache}.`
      : `Removed ${formatBytes(sizeBytes)} from ${cache}.`,
  );
  terminal.result({ cache, sizeBytes, cleared });
}

function renderTrunks(trunks: readonly KeptTrunk[]): string {
  return renderTable({
    header: ['name', 'made by', 'rows', 'numbers a row', 'bad images', 'size', 'last used'],
    align: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
    rows: trunks.map(({ name, about, rowLength, numRows, numBad, sizeBytes, lastUsed }) => [
      name.slice(0, NUM_DIGITS),
      about ?? NOTHING,
      formatCount(numRows),
      rowLength === undefined ? NOTHING : formatCount(rowLength),
      formatCount(numBad),
      formatBytes(sizeBytes),
      lastUsed.toISOString().slice(0, 10),
    ]),
  });
}

function sizeOf(trunks: readonly KeptTrunk[]): number {
  return trunks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function toDays(text: string): number {
  const days = toNumber(text);
  if (days < 0) throw new InvalidArgumentError('Expected a number of days from 0.');
  return days;
}
