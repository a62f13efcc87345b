import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { openDataset } from '../data/sources/open.ts';
import { findNamedData, readPreset } from '../jobs/presets.ts';
import { namesPairs } from '../jobs/split-data.ts';
import { train } from '../jobs/train.ts';
import { formatCount } from '../report/format.ts';
import { addCommonOptions, type CommonOptions, memoryOption, openRuntime, toCount } from './common.ts';
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
    readonly tensorboard: boolean;
    readonly memory?: number;
    readonly every?: number;
    readonly cache?: string;
  };

export function addTrain(verb: Command): void {
  verb
    .argument(
      '[data]',
      'a folder with one sub-folder per class, a folder of couples or of IDX files, a .csv, an .npz, or mnist; left out, what the preset is for',
    )
    .optionsGroup('Run:')
    .option('--out <dir>', 'run folder (default: runs/<name of the data>, or -2, -3 … where taken)')
    .addOption(
      new Option('--resume', 'go on with the run in the folder where it was interrupted').conflicts(
        'overwrite',
      ),
    )
    .option('--overwrite', 'replace the run in the folder')
    .option('--no-tensorboard', 'write no files for TensorBoard')
    .option(
      '--preset <name>',
      'settings of a published experiment, or of ours against it: see samesame presets',
    )
    .option('--config <file>', 'settings as JSON; flags override them, and they the preset')
    .option(
      '--every <steps>',
      'keep a frame of the map every so many steps, and animate them (animation.gif)',
      toCount,
    );
  addTrainFlags(verb)
    .optionsGroup('Machine:')
    .option('--cache <dir>', "where fetched backbones and their features are kept (default: samesame's own)")
    .addOption(memoryOption());
  addCommonOptions(verb, 'what the weights, the split and the pairs are drawn from (default: 1)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame train photos
  $ samesame train photos --size 96 --epochs 40 --out runs/large
  $ samesame train products.csv --split-by class --loss triplet --mining batch-hard
  $ samesame train photos --embedding-size 2 --every 50
  $ samesame train photos --out runs/large --resume
  $ samesame train --preset protocol-a-ours-mnist`,
    )
    .action(runTrain);
}

async function runTrain(given: string | undefined, options: TrainVerbOptions): Promise<void> {
  const { resume = false, overwrite = false, memory, every } = options;
  const data = given ?? (await dataOfPreset(options.preset));
  const out = options.out ?? chooseRunFolder(options.preset ?? data, { reuse: resume || overwrite });
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
        every,
        memoryBytes: memory,
        tensorboard: options.tensorboard,
        signal,
        runtime: openRuntime(options),
        numThreads: options.threads,
        cache: options.cache,
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);

  printResults(terminal, run.measurement, {
    name: run.data.set.name,
    images: `${formatCount(run.data.splits.test.length)} test images that nothing was chosen on`,
    isFixed: run.config.threshold !== 'auto',
  });
  if (terminal.isWatched) printExamples(terminal, run.examples);
  printFiles(terminal, run);
  printNext(terminal, [
    ['ask about two images', `npx samesame compare ${run.model} <a.jpg> <b.jpg>`],
    ['embeddings of a folder', `npx samesame embed ${run.model} <folder>`],
  ]);
  terminal.result(runJson(run));
}

/** The data that a preset is for. @throws E_CONFIG where none is named */
async function dataOfPreset(name: string | undefined): Promise<string> {
  const preset = name === undefined ? undefined : await readPreset(name);
  if (preset?.data) return findNamedData(preset.data);
  throw new SamesameError('E_CONFIG', {
    what: 'there is nothing to train on',
    expected: preset === undefined ? 'samesame train DATA' : `samesame train DATA --preset ${preset.name}`,
    received: preset === undefined ? 'no data' : 'no data, and a preset that is for images of your own',
    help: 'name a folder with one sub-folder per class, or a preset that brings its data: samesame presets',
  });
}
