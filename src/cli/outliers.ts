import { type Command, Option } from 'commander';
import { outliers, outliersToJson, writeOutliersPage } from '../jobs/curate/outliers.ts';
import { formatCount, formatNumber } from '../report/format.ts';
import { fitText, renderTable } from '../report/index.ts';
import { OUTLIER_METHODS, type OutlierMethod } from '../search/outliers.ts';
import { toCount } from './common.ts';
import { addEmbeddedOptions, type EmbeddedFlags, printWritten, runEmbedded } from './embedded-verb.ts';

interface OutliersOptions extends EmbeddedFlags {
  readonly method?: OutlierMethod;
  readonly neighbours?: number;
  readonly top?: number;
}

const DEFAULT_TOP = 20;

export function addOutliers(verb: Command): void {
  verb
    .argument('<data>', 'as train takes it; labels are not needed')
    .optionsGroup('Outliers:')
    .addOption(
      new Option(
        '--method <name>',
        'distance: far from its nearest images; lof: in a thinner place than they are (default: distance)',
      ).choices(OUTLIER_METHODS),
    )
    .option(
      '--neighbours <k>',
      'nearest images to look at; a group of no more odd images is still odd (default: one in twenty, 10 to 200)',
      toCount,
    )
    .option('--top <n>', 'images to print (default: 20)', toCount);
  addEmbeddedOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame outliers photos --backbone mobilenet-v2 --html outliers.html
  $ samesame outliers photos --model runs/photos --method lof --json`,
    )
    .action(runOutliers);
}

async function runOutliers(data: string, options: OutliersOptions): Promise<void> {
  const { html, top = DEFAULT_TOP, method, neighbours } = options;
  const { terminal, found } = await runEmbedded(data, options, (job) =>
    outliers({ ...job, method, k: neighbours }),
  );
  if (html !== undefined) await writeOutliersPage(found, html);
  const { order, numOutliers, strangeness, nearest, limit } = found;
  const { set, images } = found.data;
  const width = Math.max(16, (terminal.columns - 26) >> 1);
  terminal.print(
    `\n${renderTable({
      header: ['image', 'strangeness', '', 'nearest image'],
      align: ['left', 'right', 'left', 'left'],
      rows: order
        .slice(0, top)
        .map((row, rank) => [
          fitText(set.id(images[row]), width),
          formatNumber(strangeness[row]),
          rank < numOutliers ? 'outlier' : '',
          fitText(set.id(images[nearest[row]]), width),
        ]),
    })}`,
  );
  if (numOutliers > top) terminal.print(`and ${formatCount(numOutliers - top)} more outliers`);
  terminal.print(
    `\n${formatCount(numOutliers)} of ${formatCount(images.length)} images are outliers: their strangeness is ${formatNumber(limit)} or more.`,
  );
  printWritten(terminal, options);
  terminal.result({ data, ...outliersToJson(found), html: html ?? null });
}
