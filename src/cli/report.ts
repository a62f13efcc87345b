import type { Command } from 'commander';
import { rebuildReport } from '../jobs/rebuild-report.ts';
import { formatCount } from '../report/format.ts';
import { addBasicOptions, type CommonOptions } from './common.ts';
import { createTerminal } from './terminal.ts';

interface ReportOptions extends CommonOptions {
  readonly out?: string;
}

export function addReport(verb: Command): void {
  verb
    .argument('<run>', 'folder of a run, finished or not')
    .option('--out <file>', 'where the page goes (default: report.html in the run)');
  addBasicOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
The data set is not needed: results and pictures come from report-data.json, the epochs from metrics.jsonl.

Examples:
  $ samesame report runs/photos
  $ samesame report runs/photos --out photos.html --json
  {"run":"runs/photos","report":"photos.html","finished":true,"epochs":12,"bestEpoch":11,"warnings":[]}`,
    )
    .action(runReport);
}

async function runReport(run: string, options: ReportOptions): Promise<void> {
  const terminal = createTerminal(options);
  const { report, isFinished, numEpochs, bestEpoch, warnings } = await rebuildReport({
    run,
    out: options.out,
  });
  for (const warning of warnings) terminal.warn(warning);
  const epochs = `${formatCount(numEpochs)} ${numEpochs === 1 ? 'epoch' : 'epochs'}`;
  terminal.print(
    isFinished
      ? `${run}: a finished run of ${epochs}`
      : `${run}: an unfinished run of ${epochs} so far; go on with it: samesame train DATA --out ${run} --resume`,
  );
  terminal.print(`report  ${report}`);
  terminal.result({ run, report, finished: isFinished, epochs: numEpochs, bestEpoch, warnings });
}
