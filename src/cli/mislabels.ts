import { type Command, Option } from 'commander';
import { mislabels, mislabelsToJson, writeMislabelsPage } from '../jobs/curate/mislabels.ts';
import { formatCount, formatPercent } from '../report/format.ts';
import { fitText, renderTable } from '../report/index.ts';
import { MISLABEL_METHODS, type MislabelMethod } from '../search/mislabels/types.ts';
import { toCount } from './common.ts';
import { addEmbeddedOptions, type EmbeddedFlags, printWritten, runEmbedded } from './embedded-verb.ts';

interface MislabelsOptions extends EmbeddedFlags {
  readonly method?: MislabelMethod;
  readonly neighbours?: number;
  readonly top?: number;
}

const DEFAULT_TOP = 20;

export function addMislabels(verb: Command): void {
  verb
    .argument('<data>', 'as train takes it; images without a class are passed over')
    .optionsGroup('Mislabels:')
    .addOption(
      new Option(
        '--method <name>',
        'linear: a linear classifier that was fitted on all other images; neighbours: the nearest images vote (default: linear)',
      ).choices(MISLABEL_METHODS),
    )
    .option(
      '--neighbours <k>',
      'with --method neighbours: how many vote on each label (default: 20; fewer where classes are small)',
      toCount,
    )
    .option('--top <n>', 'suspects to print; --json lists all (default: 20)', toCount);
  addEmbeddedOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame mislabels photos --backbone mobilenet-v2 --html mislabels.html
  $ samesame mislabels labels.csv --model runs/photos --json

A model that was trained on these very labels has learned their mistakes: a pretrained network sees them better.`,
    )
    .action(runMislabels);
}

async function runMislabels(data: string, options: MislabelsOptions): Promise<void> {
  const { html, top = DEFAULT_TOP, method, neighbours } = options;
  const { terminal, found } = await runEmbedded(data, options, (job) =>
    mislabels({ ...job, method, k: neighbours }),
  );
  if (html !== undefined) await writeMislabelsPage(found, html);
  const { images, mislabels: suspects } = found;
  const { set } = found.data;
  if (suspects.length > 0) {
    terminal.print(
      `\n${renderTable({
        header: ['image', 'label', 'suggested', 'confidence'],
        align: ['left', 'left', 'left', 'right'],
        rows: suspects
          .slice(0, top)
          .map(({ row, given, suggested, confidence }) => [
            fitText(set.id(images[row]), Math.max(24, terminal.columns - 50)),
            fitText(set.classNames[given], 16),
            fitText(set.classNames[suggested], 16),
            formatPercent(confidence),
          ]),
      })}`,
    );
    if (suspects.length > top) terminal.print(`and ${formatCount(suspects.length - top)} more`);
  }
  terminal.print(
    `\n${formatCount(suspects.length)} of ${formatCount(images.length)} labels are doubtful: the other images say otherwise.`,
  );
  printWritten(terminal, options);
  terminal.result({ data, ...mislabelsToJson(found), html: html ?? null });
}
