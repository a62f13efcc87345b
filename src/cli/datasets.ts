import type { Command } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { defaultCacheFolder } from '../data/catalog/cache.ts';
import { CATALOG } from '../data/catalog/entries.ts';
import { findCatalogEntry } from '../data/catalog/find.ts';
import { type GottenDataset, getDataset, type ListedDataset, listDatasets } from '../jobs/datasets.ts';
import { formatBytes, formatCount } from '../report/format.ts';
import { addBasicOptions, type CommonOptions } from './common.ts';
import { showDownload } from './download-events.ts';
import { withInterrupt } from './interrupt.ts';
import { createLiveLine } from './live-line.ts';
import { printNext } from './results-text.ts';
import { createTerminal } from './terminal.ts';

interface CacheOptions extends CommonOptions {
  readonly cache?: string;
}

interface GetOptions extends CacheOptions {
  readonly out?: string;
  readonly mirror?: string;
}

const CACHE_OPTION = [
  '--cache <dir>',
  'where downloads are kept (default: $SAMESAME_CACHE, else ~/.cache/samesame/datasets)',
] as const;

export function addDatasets(verb: Command): void {
  verb
    // Options behind "get" are its own.
    .enablePositionalOptions()
    .argument('[name]', 'tell about this one alone')
    .usage('[options] [name]\n       samesame datasets get <name> [options]')
    .optionsGroup('Data sets:')
    .option(...CACHE_OPTION);
  addBasicOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame datasets                               what there is, its licence, what is here already
  $ samesame datasets get omniglot                  fetch and unpack into data/omniglot
  $ samesame datasets get --help`,
    )
    .action(runList);
  addGet(
    verb.command('get').description('Fetch one and unpack it in the layout that "samesame train" reads.'),
  );
}

function addGet(verb: Command): void {
  verb
    .argument('<name>', CATALOG.map(({ name }) => name).join(', '))
    .optionsGroup('Data set:')
    .option('--out <dir>', 'folder to unpack into (default: data/NAME)')
    .option('--mirror <url or dir>', 'fetch the same files from there: a base address, or a folder')
    .option(...CACHE_OPTION);
  addBasicOptions(verb, 'what the split of flowers-102 is drawn from; the others draw none (default: 1)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame datasets get fashion-mnist
  $ samesame datasets get flowers-102 --out flowers --seed 7
  $ samesame datasets get products-10k --mirror ~/Downloads

Interrupted, it goes on where it was when it is started again. Without a network, it says which file to put where.`,
    )
    .action((name: string, _options: GetOptions, command: Command) =>
      runGet(name, command.optsWithGlobals()),
    );
}

async function runList(name: string | undefined, options: CacheOptions): Promise<void> {
  const terminal = createTerminal(options);
  if (name !== undefined) checkName(name);
  const cache = options.cache ?? defaultCacheFolder();
  const all = await listDatasets(cache);
  const listed = name === undefined ? all : all.filter(({ entry }) => entry === findCatalogEntry(name));
  terminal.print(listed.map(describeListed).join('\n\n'));
  terminal.print(`\nDownloads are kept in ${cache}.`);
  printNext(terminal, [['fetch one', `npx samesame datasets get ${name ?? 'omniglot'}`]]);
  terminal.result({
    cache,
    datasets: listed.map(({ entry, cached }) => ({ ...entry, cached })),
  });
}

/** `samesame datasets gte mnist` means the command, not a data set. */
function checkName(name: string): void {
  if (suggest(name, ['get', ...CATALOG.map((entry) => entry.name)]) !== 'get') return;
  throw new SamesameError('E_USAGE', {
    what: `there is neither a command nor a data set "${name}"`,
    help: 'did you mean get?',
    details: { suggestion: 'get' },
  });
}

function describeListed({ entry, cached }: ListedDataset): string {
  const { name, title, about, numImages, numClasses, homepage, licence, files, note, byHand } = entry;
  const sizeBytes = files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0);
  const numUnpublished = files.filter((file) => file.sha256 === undefined).length;
  const lines = [
    `${name}: ${title}. ${about}`,
    `${formatCount(numImages)} images of ${formatCount(numClasses)} classes` +
      (sizeBytes === 0 ? '' : `, ${formatBytes(sizeBytes)} to fetch`),
    `licence    ${licence.text}; ${licence.url}`,
    `home       ${homepage}`,
    `checksums  ${describeChecksums(numUnpublished, files.length)}`,
    `here       ${cached.length === 0 ? 'nothing yet' : `${cached.length} of ${files.length} files`}`,
    ...[note, byHand].filter((text) => text !== undefined),
  ];
  return lines.join('\n  ');
}

function describeChecksums(numUnpublished: number, numFiles: number): string {
  if (numUnpublished === 0) return 'published';
  const which =
    numUnpublished === numFiles ? 'none is published' : `${numUnpublished} of ${numFiles} is not published`;
  return `${which}: recorded at the first download, checked from then on`;
}

async function runGet(name: string, options: GetOptions): Promise<void> {
  const terminal = createTerminal(options);
  const { title, licence, note, homepage } = findCatalogEntry(name);
  terminal.note(`${title}, ${homepage}\nlicence: ${licence.text}; ${licence.url}`);
  if (note !== undefined) terminal.note(note);
  const line = createLiveLine(process.stderr, { quiet: terminal.quiet });
  const { out, cache, mirror, seed } = options;
  const dataset = await withInterrupt(
    { advice: () => 'get it again, and it goes on where it was', onInterrupt: line.stop },
    (signal) =>
      getDataset({
        dataset: name,
        out,
        cache,
        mirror,
        seed,
        signal,
        onProgress: (event) => showDownload(event, line),
      }),
  ).finally(line.stop);
  printGotten(dataset, terminal);
}

function printGotten(dataset: GottenDataset, terminal: ReturnType<typeof createTerminal>): void {
  const { entry, out, data, numImages, numClasses, isNew, files } = dataset;
  terminal.print(
    `${out}: ${formatCount(numImages)} images of ${formatCount(numClasses)} classes${isNew ? '' : ', unpacked before: nothing to do'}`,
  );
  printNext(terminal, [
    ['train on it', `npx samesame train ${out}`],
    ...data.slice(1).map((path) => ['or on', `npx samesame train ${path}`] as const),
  ]);
  terminal.result({
    name: entry.name,
    out,
    data,
    images: numImages,
    classes: numClasses,
    isNew,
    licence: entry.licence,
    files,
  });
}
