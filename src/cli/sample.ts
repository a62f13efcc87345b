import type { Command } from 'commander';
import { writeFileAtomic } from '../base/files.ts';
import { coveredBy, sample, sampleToCsv, sampleToJson, writeSamplePage } from '../jobs/curate/sample.ts';
import { formatCount, formatNumber } from '../report/format.ts';
import { fitText, renderTable } from '../report/index.ts';
import { toCount } from './common.ts';
import { addEmbeddedOptions, type EmbeddedFlags, printWritten, runEmbedded } from './embedded-verb.ts';

interface SampleOptions extends EmbeddedFlags {
  readonly count: number;
}

const MAX_ROWS = 40;

export function addSample(verb: Command): void {
  verb
    .argument('<data>', 'as train takes it; labels are not needed')
    .optionsGroup('Sample:')
    .requiredOption('-n, --count <n>', 'images to choose', toCount)
    .option('--out <file>', 'write path,covers,radius a line, as CSV');
  addEmbeddedOptions(verb, 'what the first image is drawn by (default: 0)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame sample photos -n 100 --backbone mobilenet-v2 --out sample.csv
  $ samesame sample photos -n 24 --model runs/photos --html sample.html`,
    )
    .action(runSample);
}

async function runSample(data: string, options: SampleOptions): Promise<void> {
  const { html, out, count, seed } = options;
  const { terminal, found } = await runEmbedded(data, options, (job) => sample({ ...job, count, seed }));
  if (html !== undefined) await writeSamplePage(found, html);
  if (out !== undefined) await writeFileAtomic(out, sampleToCsv(found));
  const { rows, radii } = found;
  const { set, images } = found.data;
  const covered = coveredBy(found);
  terminal.print(
    `\n${renderTable({
      header: ['image', 'stands for', 'radius after it'],
      rows: Array.from(rows.subarray(0, MAX_ROWS), (row, place) => [
        fitText(set.id(images[row]), Math.max(24, terminal.columns - 34)),
        formatCount(covered[place]),
        formatNumber(radii[place]),
      ]),
    })}`,
  );
  if (rows.length > MAX_ROWS) terminal.print(`and ${formatCount(rows.length - MAX_ROWS)} more`);
  terminal.print(
    `\n${formatCount(rows.length)} images cover ${formatCount(images.length)}: none is farther than ${formatNumber(radii.at(-1)!)} from one of them.`,
  );
  printWritten(terminal, options);
  terminal.result({ data, ...sampleToJson(found), html: html ?? null, out: out ?? null });
}
