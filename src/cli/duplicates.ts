import { basename, dirname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { checkWritable } from '../base/files.ts';
import { type Duplicates, findDuplicates } from '../jobs/duplicates/find.ts';
import { checkMoveFolder, type MoveResult, moveCopies } from '../jobs/duplicates/move.ts';
import { undoMoves } from '../jobs/duplicates/undo.ts';
import { countsOf, headlineOf } from '../jobs/duplicates/words.ts';
import { duplicatesToJson, writeDuplicatesPage } from '../jobs/duplicates/write-page.ts';
import { formatCount, formatRate } from '../report/format.ts';
import { fitText, renderTable } from '../report/index.ts';
import { KEEP_RULES, type KeepRule, TIERS, type Tier } from '../search/duplicates/index.ts';
import { addCommonOptions, type CommonOptions, openRuntime, toCount, toNumber } from './common.ts';
import { addEncoderOptions, type EncoderFlags, readEncoderFlags } from './encoder-flags.ts';
import { withInterrupt } from './interrupt.ts';
import { PartialFailure } from './partial-failure.ts';
import { runStages } from './run-stages.ts';
import { createTerminal, type Terminal } from './terminal.ts';

interface DuplicatesOptions extends CommonOptions, EncoderFlags {
  readonly against?: readonly string[];
  readonly tiers?: readonly Tier[];
  readonly maxError?: number;
  readonly confirm?: boolean;
  readonly neighbours?: number;
  readonly mirrored?: boolean;
  readonly keep?: KeepRule;
  readonly html?: string;
  readonly moveTo?: string;
  readonly undo?: string;
  readonly truth?: string;
}

const STAGES = {
  inspect: 'looking at images',
  compare: 'comparing look-alikes',
  confirm: 'laying look-alikes on each other',
  images: 'embedding images',
  search: 'searching among embeddings',
  download: 'fetching the network, bytes',
};
const MAX_GROUPS = 20;
const MAX_MEMBERS = 5;

export function addDuplicates(verb: Command): void {
  verb
    .argument('[paths...]', 'image files, and folders of them')
    .optionsGroup('Where to look:')
    .option(
      '--against <paths...>',
      'hold the images against these folders, not against each other; or against one index: a file of embeddings (.npz, .jsonl) or a store of samesame index',
    )
    .option(
      '--tiers <list>',
      `of ${TIERS.join(', ')} (default: the first three; all with a network)`,
      toTiers,
    )
    .option('--mirrored', 'mirror images are copies, too');
  addEncoderOptions(verb)
    .option(
      '--max-error <share>',
      'a pair is a copy where the model is so sure: 0.01 for a probability of 99 % (default: where its verdict is "same")',
      toMaxError,
    )
    .option('--confirm', 'what the model finds must agree in its pixels, too (always so with --backbone)')
    .option('--neighbours <k>', 'neighbours to look at of each embedding (default: 20)', toCount)
    .optionsGroup('What to do:')
    .addOption(new Option('--keep <rule>', 'which copy to keep (default: largest)').choices(KEEP_RULES))
    .option('--html <file>', 'write a page with the groups side by side')
    .option('--move-to <folder>', 'move the copies that are not kept there, with a file to undo it')
    .option('--undo <file>', 'bring back what was moved; no paths then')
    .option(
      '--truth <file>',
      'measure against a .csv (path,group or left,right[,similar]) or .json of copies',
    );
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame duplicates photos --html duplicates.html
  $ samesame duplicates photos --keep oldest --move-to copies
  $ samesame duplicates --undo copies/undo.json
  $ samesame duplicates camera --against library
  $ samesame duplicates photos --backbone mobilenet-v2
  $ samesame duplicates new.jpg --against embeddings.npz --model runs/products
  $ samesame duplicates new.jpg --against samesame.store --model runs/products

Without a network it finds the same bytes, the same pixels, and what was resized, recompressed, cropped, turned a
little, framed, lightened or marked. Nothing is ever deleted.`,
    )
    .action(runDuplicates);
}

async function runDuplicates(paths: readonly string[], options: DuplicatesOptions): Promise<void> {
  const terminal = createTerminal(options);
  if (options.undo !== undefined) return runUndo(paths, options.undo, terminal);
  if (paths.length === 0) {
    throw new SamesameError('E_USAGE', {
      what: 'there is nothing to look through',
      expected: 'image files, or folders of them',
      help: 'samesame duplicates photos',
    });
  }
  const { html, moveTo, against } = options;
  if (html !== undefined) await checkWritable(dirname(html));
  if (moveTo !== undefined) {
    checkMoveFolder(moveTo, [...paths, ...(against ?? [])]);
    await checkWritable(moveTo);
  }
  const found = await runStages(terminal, { stages: STAGES, advice: 'nothing was moved' }, (watch) =>
    findDuplicates({
      paths,
      against,
      tiers: options.tiers,
      ...readEncoderFlags(options),
      maxError: options.maxError,
      confirm: options.confirm,
      numNeighbours: options.neighbours,
      mirrored: options.mirrored,
      keep: options.keep,
      truth: options.truth,
      runtime: openRuntime(options),
      ...watch,
    }),
  );
  if (html !== undefined) await writeDuplicatesPage(found, html, paths.join(', '));
  const moved = moveTo === undefined ? undefined : await moveFound(found, moveTo);
  printFound(terminal, found, options);
  if (html !== undefined) terminal.print(`\npage  ${html}`);
  if (moved !== undefined) printMoved(terminal, moved);
  terminal.result({
    paths,
    against: against ?? null,
    ...duplicatesToJson(found),
    html: html ?? null,
    moved: moved?.moved ?? null,
    notMoved: moved?.skipped ?? null,
    undo: moved?.undo ?? null,
  });
}

async function moveFound({ set, groups, files }: Duplicates, folder: string): Promise<MoveResult> {
  const requests = groups.flatMap(({ keeper, members }) =>
    members
      .filter(({ isReference }) => !isReference)
      .map(({ index }) => ({ file: files[index]!, keeper: files[keeper] ?? { path: set.id(keeper) } })),
  );
  return withInterrupt(
    {
      advice: () => `samesame duplicates --undo brings back what was moved to ${folder}`,
      onInterrupt: () => {},
    },
    (signal) => moveCopies(requests, folder, signal),
  );
}

function printFound(
  terminal: Terminal,
  found: Duplicates,
  { model, backbone, tiers }: DuplicatesOptions,
): void {
  const { set, groups, judgement } = found;
  const cut = (text: string) => fitText(text, terminal.columns);
  for (const { keeper, members } of groups.slice(0, MAX_GROUPS)) {
    terminal.print(`\n${cut(`keep  ${set.id(keeper)}`)}`);
    for (const { index, reason, of, isReference } of members.slice(0, MAX_MEMBERS)) {
      const beside = of === keeper ? '' : `, as ${basename(set.id(of))} shows`;
      terminal.print(cut(`${isReference ? 'keep ' : 'copy '} ${set.id(index)}`));
      terminal.print(cut(`      ${reason}${beside}`));
    }
    if (members.length > MAX_MEMBERS)
      terminal.print(`      and ${formatCount(members.length - MAX_MEMBERS)} more`);
  }
  if (groups.length > MAX_GROUPS)
    terminal.print(`\nand ${formatCount(groups.length - MAX_GROUPS)} more groups`);
  terminal.print(`\n${headlineOf(found)} (${countsOf(found)}).`);
  if (found.aliases.length > 0)
    terminal.print(
      `${formatCount(found.aliases.length)} paths lead to a file that is listed already; they are no copies.`,
    );
  if (found.unreadableFolders.length > 0)
    terminal.print(cut(`Folders that may not be read: ${found.unreadableFolders.join(', ')}`));
  if (model === undefined && backbone === undefined && tiers === undefined)
    terminal.print('No network was used: same bytes, same pixels and perceptual hashes only.');
  if (judgement === undefined) return;
  const rate = ({ precision, recall, f1 }: typeof judgement | (typeof judgement.upTo)[number]) =>
    [precision, recall, f1].map(formatRate);
  terminal.print(
    `\n${renderTable({
      header: ['against the ground truth', 'precision', 'recall', 'F1', 'mAP'],
      rows: [
        ...judgement.upTo.map((upTo) => [`up to ${upTo.tier}`, ...rate(upTo)]),
        ['all', ...rate(judgement), formatRate(judgement.meanAveragePrecision)],
      ],
    })}`,
  );
}

function printMoved(terminal: Terminal, { moved, skipped, undo }: MoveResult): void {
  terminal.print(`\n${formatCount(moved.length)} files moved.`);
  for (const { path, reason } of skipped)
    terminal.print(fitText(`left where it is: ${path}: ${reason}`, terminal.columns));
  if (undo !== undefined) terminal.print(`bring them back with  samesame duplicates --undo ${undo}`);
}

async function runUndo(paths: readonly string[], undo: string, terminal: Terminal): Promise<void> {
  if (paths.length > 0) {
    throw new SamesameError('E_USAGE', {
      what: '--undo takes no paths',
      expected: 'samesame duplicates --undo FILE',
      received: paths.join(' '),
    });
  }
  const { restored, numInPlace, failed } = await undoMoves(undo);
  terminal.print(
    `${formatCount(restored.length)} files brought back, ${formatCount(numInPlace)} were in their place.`,
  );
  for (const { path, reason } of failed)
    terminal.print(fitText(`not brought back: ${path}: ${reason}`, terminal.columns));
  terminal.result({ undo, restored, inPlace: numInPlace, failed });
  if (failed.length > 0)
    throw new PartialFailure(`${failed.length} files could not be brought back; ${undo} stays`);
}

function toTiers(text: string): Tier[] {
  const tiers = text.split(',').map((name) => name.trim());
  const wrong = tiers.find((name) => !(TIERS as readonly string[]).includes(name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`Expected names among ${TIERS.join(', ')}, with commas between.`);
  return TIERS.filter((tier) => tiers.includes(tier));
}

function toMaxError(text: string): number {
  const value = toNumber(text);
  if (!(value > 0 && value <= 0.5))
    throw new InvalidArgumentError('Expected a number above 0 and at most 0.5.');
  return value;
}
