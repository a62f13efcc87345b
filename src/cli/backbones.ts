import { type Command, Option } from 'commander';
import {
  BACKBONES,
  type Backbone,
  type ChannelScale,
  defaultBackboneFolder,
  findBackbone,
  type ListedBackbone,
  listBackbones,
  type OpenedBackbone,
  obtainBackbone,
  openBackbone,
  type Preprocessing,
} from '../backbones/index.ts';
import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import type { ResizeRule } from '../data/types.ts';
import { formatBytes, formatCount, formatNumber } from '../report/format.ts';
import {
  addBackbonePlaces,
  addPixelFlags,
  BACKBONE_CACHE_OPTION,
  type BackbonePlaces,
  type PixelFlags,
  readPixelFlags,
} from './backbone-flags.ts';
import { addBasicOptions, type CommonOptions, toCount } from './common.ts';
import { showDownload } from './download-events.ts';
import { withInterrupt } from './interrupt.ts';
import { createLiveLine } from './live-line.ts';
import { printNext } from './results-text.ts';
import { createTerminal, type Terminal } from './terminal.ts';

type GetOptions = CommonOptions & BackbonePlaces;
type ShowOptions = GetOptions & PixelFlags & { readonly size?: number; readonly resize?: ResizeRule };

const NO_CHANCE = 'taken by every verb; nothing is drawn by chance here';

export function addBackbones(verb: Command): void {
  verb
    // Options behind "get" and "show" are their own.
    .enablePositionalOptions()
    .argument('[name]', 'tell about this one alone')
    .usage(
      '[options] [name]\n       samesame backbones get <name> [options]\n       samesame backbones show <name or path> [options]',
    )
    .optionsGroup('Networks:')
    .option(...BACKBONE_CACHE_OPTION);
  addBasicOptions(verb, NO_CHANCE)
    .addHelpText(
      'after',
      `
Examples:
  $ samesame backbones                              what there is, its licence, what is here already
  $ samesame backbones get mobilenet-v2             fetch one from the Hugging Face hub
  $ samesame backbones show own.onnx                what it wants its photos to be
  $ samesame backbones get --help`,
    )
    .action(runList);
  addGet(verb.command('get').description('Fetch one from the Hugging Face hub into the cache.'));
  addShow(
    verb.command('show').description('Tell what a network wants its photos to be, by name or by path.'),
  );
}

function addGet(verb: Command): void {
  verb.argument('<name>', BACKBONES.map(({ name }) => name).join(', ')).optionsGroup('Network:');
  addBackbonePlaces(verb);
  addBasicOptions(verb, NO_CHANCE)
    .addHelpText(
      'after',
      `
Examples:
  $ samesame backbones get mobilenet-v2
  $ samesame backbones get dinov2-small --mirror ~/Downloads
  $ HF_ENDPOINT=https://hub.example.org samesame backbones get resnet-50

HF_TOKEN is sent to the hub alone; HF_HUB_OFFLINE=1 leaves the network alone. Interrupted, it goes on where it was when
it is started again. Without a network, it says which file to put where.`,
    )
    .action((name: string, _options: GetOptions, command: Command) =>
      runGet(name, command.optsWithGlobals()),
    );
}

function addShow(verb: Command): void {
  verb
    .argument('<name or path>', 'a name of the list, which is fetched, or an .onnx file')
    .optionsGroup('Pixels:')
    .option('--size <pixels>', 'height and width of its input', toCount)
    .addOption(
      new Option('--resize <rule>', 'how photos get that size').choices(['fit', 'cover', 'stretch']),
    );
  addPixelFlags(verb).optionsGroup('Network:');
  addBackbonePlaces(verb);
  addBasicOptions(verb, NO_CHANCE)
    .addHelpText(
      'after',
      `
Examples:
  $ samesame backbones show mobilenet-v2
  $ samesame backbones show models/resnet/onnx/model.onnx     with the preprocessor_config.json beside it
  $ samesame backbones show own.onnx --size 224 --pixel-scale imagenet`,
    )
    .action((nameOrPath: string, _options: ShowOptions, command: Command) =>
      runShow(nameOrPath, command.optsWithGlobals()),
    );
}

async function runList(name: string | undefined, options: GetOptions): Promise<void> {
  const terminal = createTerminal(options);
  if (name !== undefined) checkName(name);
  const cache = options.cache ?? defaultBackboneFolder();
  const all = await listBackbones(cache);
  const listed = name === undefined ? all : all.filter(({ backbone }) => backbone === findBackbone(name));
  terminal.print(listed.map(describeListed).join('\n\n'));
  terminal.print(`\nNetworks are kept in ${cache}.`);
  printNext(terminal, [['fetch one', `npx samesame backbones get ${name ?? 'mobilenet-v2'}`]]);
  terminal.result({
    cache,
    backbones: listed.map(({ backbone, isCached }) => ({ ...backbone, isCached })),
  });
}

/** `samesame backbones gte resnet-18` means the command, not a network. */
function checkName(name: string): void {
  const near = suggest(name, ['get', 'show', ...BACKBONES.map((backbone) => backbone.name)]);
  if (near !== 'get' && near !== 'show') return;
  throw new SamesameError('E_USAGE', {
    what: `there is neither a command nor a pretrained network "${name}"`,
    help: `did you mean ${near}?`,
    details: { suggestion: near },
  });
}

function describeListed({ backbone, isCached }: ListedBackbone): string {
  const { name, title, about, licence, file, embeddingSize, freeze, preprocessing } = backbone;
  const lines = [
    `${name}: ${title}. ${about}`,
    `features   ${formatCount(embeddingSize)} numbers; worth freezing: ${freeze === 'all' ? 'all of it' : `${freeze * 100} %`}`,
    `photos     ${describePreprocessing(preprocessing)}`,
    `licence    ${licence.text}; ${licence.url}`,
    `home       https://huggingface.co/${file.repo}, ${file.path}`,
    `checksum   ${backbone.sha256 === undefined ? 'the hub tells it at the first download; held against the file from then on' : 'published'}`,
    `here       ${isCached ? 'yes' : `not yet${describeSize(backbone)}`}`,
  ];
  return lines.join('\n  ');
}

function describeSize({ sizeBytes, roughSizeBytes }: Backbone): string {
  if (sizeBytes !== undefined) return `, ${formatBytes(sizeBytes)} to fetch`;
  return roughSizeBytes === undefined ? '' : `, about ${formatBytes(roughSizeBytes)} to fetch`;
}

/** `224×224, cover, rgb, mean 0.5 0.5 0.5, deviation 0.5 0.5 0.5`. */
function describePreprocessing({ height, width, resize, scale }: Preprocessing): string {
  return `${height}×${width}, ${resize}, ${describeScale(scale)}`;
}

function describeScale({ mean, deviation, order }: ChannelScale): string {
  return `${order}, mean ${mean.map(formatNumber).join(' ')}, deviation ${deviation.map(formatNumber).join(' ')}`;
}

async function runGet(name: string, options: GetOptions): Promise<void> {
  const terminal = createTerminal(options);
  const backbone = findBackbone(name);
  noteLicence(backbone, terminal);
  const { cache, mirror, endpoint } = options;
  const file = await whileFetching(terminal, (signal, onProgress) =>
    obtainBackbone(backbone, { cache, mirror, endpoint, signal, onProgress }),
  );
  terminal.print(`${file.path}: ${backbone.title}`);
  printNext(terminal, [['what it wants its photos to be', `npx samesame backbones show ${backbone.name}`]]);
  terminal.result({ ...backbone, ...file, name: backbone.name });
}

async function runShow(nameOrPath: string, options: ShowOptions): Promise<void> {
  const terminal = createTerminal(options);
  const { cache, mirror, endpoint, size, resize } = options;
  const opened = await whileFetching(terminal, (signal, onProgress) =>
    openBackbone(nameOrPath, {
      ...readPixelFlags(options),
      ...(size === undefined ? {} : { size }),
      ...(resize === undefined ? {} : { resize }),
      cache,
      mirror,
      endpoint,
      signal,
      onProgress,
    }),
  );
  printOpened(opened, terminal);
}

function printOpened(
  { path, bytes, preprocessing, source, notes }: OpenedBackbone,
  terminal: Terminal,
): void {
  const { mean, deviation, order } = preprocessing.scale;
  terminal.print(
    [
      `${path}, ${formatBytes(bytes.length)}`,
      `size       ${preprocessing.height}×${preprocessing.width}, photos are brought to it by ${preprocessing.resize}`,
      `channels   ${order}`,
      `mean       ${mean.map(formatNumber).join(' ')}`,
      `deviation  ${deviation.map(formatNumber).join(' ')}`,
      `known by   ${describeSource(source)}`,
      ...notes.map((note) => `note       ${note}`),
    ].join('\n  '),
  );
  const from =
    source.kind === 'named'
      ? { name: source.backbone.name, sha256: source.file.sha256 }
      : { config: source.config };
  terminal.result({ path, sizeBytes: bytes.length, ...from, preprocessing, notes });
}

function describeSource(source: OpenedBackbone['source']): string {
  if (source.kind === 'named') return `the table of networks; licence: ${source.backbone.licence.text}`;
  return source.config ?? 'the options alone';
}

function noteLicence({ title, licence, file }: Backbone, terminal: Terminal): void {
  terminal.note(`${title}, ${file.repo} on the Hugging Face hub\nlicence: ${licence.text}; ${licence.url}`);
}

/** Draws the download while `work` goes on, and stops it in good order. */
function whileFetching<T>(
  terminal: Terminal,
  work: (signal: AbortSignal, onProgress: (event: Parameters<typeof showDownload>[0]) => void) => Promise<T>,
): Promise<T> {
  const line = createLiveLine(process.stderr, { quiet: terminal.quiet });
  return withInterrupt(
    { advice: () => 'get it again, and it goes on where it was', onInterrupt: line.stop },
    (signal) => work(signal, (event) => showDownload(event, line)),
  ).finally(line.stop);
}
