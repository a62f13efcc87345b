import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { openDataset } from '../data/sources/open.ts';
import { namesPairs } from '../jobs/prepare.ts';
import { train } from '../jobs/train.ts';
import { formatCount } from '../report/format.ts';
import { addCommonOptions, type CommonOptions, memoryOption, openRuntime } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { runJson } from './results-json.ts';
import { printExamples, printFiles, printNext, printResults } from './results-text.ts';
import { chooseRunFolder } from './run-folder.ts';
import { createTerminal } from './terminal.ts';
import { addTrainFlags, readTrainFlags, type TrainFlags } from './train-flags.ts';

type TrainVerbOptions = TrainFlags &
  CommonOptions & {
    readonly out?: string;
    readonly resume?: boolean;
    readonly overwrite?: boolean;
    readonly memory?: number;
  };

export function addTrain(verb: Command): void {
  verb
    .argument(
      '<data>',
      'a folder with one sub-folder per class, a folder of couples or of IDX files, a .csv, an .npz, or mnist',
    )
    .optionsGroup('Run:')
    .option('--out <dir>', 'run folder (default: runs/<name of the data>, or -2, -3 … where taken)')
    .addOption(
      new Option('--resume', 'go on with the run in the folder where it was interrupted').conflicts(
        'overwrite',
      ),
    )
    .option('--overwrite', 'replace the run in the folder')
    .option('--config <file>', 'settings as JSON; flags override them');
  addTrainFlags(verb).optionsGroup('Machine:').addOption(memoryOption());
  addCommonOptions(verb, 'what the weights, the split and the pairs are drawn from (default: 1)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame train photos
  $ samesame train photos --size 96 --epochs 40 --out runs/large
  $ samesame train products.csv --split-by class --loss triplet --mining batch-hard
  $ samesame train photos --out runs/large --resume`,
    )
    .action(runTrain);
}

async function runTrain(data: string, options: TrainVerbOptions): Promise<void> {
  const { resume = false, overwrite = false, memory } = options;
  const out = options.out ?? chooseRunFolder(data, { reuse: resume || overwrite });
  const terminal = createTerminal(options);
  const dataset = await openDataset(data);
  const config = await readTrainFlags(options, dataset.set, namesPairs(dataset));
  terminal.note(
    `${data}: ${formatCount(dataset.set.numImages)} images, read as ${dataset.format}; the run goes to ${out}`,
  );
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const run = await withInterrupt(
    {
      advice: () =>
        existsSync(join(out, 'checkpoints'))
          ? `go on with: samesame train ${data} --out ${out} --resume`
          : 'training had not begun',
      onInterrupt: progress.stop,
    },
    (signal) =>
      train({
        dataset,
        config,
        out,
        resume,
        overwrite,
        memoryBytes: memory,
        signal,
        runtime: openRuntime(options),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);

  printResults(terminal, run.measurement, {
    name: run.data.set.name,
    images: `${formatCount(run.data.splits.test.length)} test images that nothing was chosen on`,
  });
  if (terminal.isWatched) printExamples(terminal, run.examples);
  printFiles(terminal, run);
  printNext(terminal, [
    ['ask about two images', `npx samesame compare ${run.model} <a.jpg> <b.jpg>`],
    ['embeddings of a folder', `npx samesame embed ${run.model} <folder>`],
  ]);
  terminal.result(runJson(run));
}
