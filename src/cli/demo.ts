import type { Command } from 'commander';
import { demo, PUBLISHED_BEST } from '../jobs/demo.ts';
import { formatCount, formatRate } from '../report/format.ts';
import { addCommonOptions, type CommonOptions, openRuntime } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { runJson } from './results-json.ts';
import { printExamples, printFiles, printNext, printResults } from './results-text.ts';
import { createTerminal } from './terminal.ts';

interface DemoOptions extends CommonOptions {
  readonly quick?: boolean;
  readonly out: string;
}

const BANNER = `Two handwritten digits: are they the same one?
A Siamese network learns that from 50,000 images of MNIST. Another 10,000 choose the epoch and the threshold, and
50,000 pairs of the 10,000 official test images say how good it is. No one tells it what a digit is: only which
images are the same.
`;

export function addDemo(verb: Command): void {
  verb
    .optionsGroup('Demo:')
    .option('--quick', 'one epoch over a part of the images: done in seconds, a little less accurate')
    .option('--out <dir>', 'run folder; a demo in it is replaced', 'runs/demo');
  addCommonOptions(verb, 'what the weights, the split and the pairs are drawn from (default: 1)')
    .addHelpText('after', '\nExamples:\n  $ samesame demo\n  $ samesame demo --quick --json')
    .action(runDemo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const { out, quick, seed } = options;
  const terminal = createTerminal(options);
  terminal.note(BANNER);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const run = await withInterrupt(
    { advice: () => 'start the demo again to have it whole', onInterrupt: progress.stop },
    (signal) => demo({ out, quick, seed, signal, runtime: openRuntime(options), onEvent: progress.onEvent }),
  ).finally(progress.stop);

  const { measurement, data } = run;
  const { value } = measurement.verification.accuracy;
  printResults(terminal, measurement, {
    name: data.set.name,
    images: `${formatCount(data.splits.test.length)} test images that nothing was chosen on`,
    isFixed: false,
  });
  terminal.print(
    `\nAccuracy ${formatRate(value)}; published best of a Siamese repository on such pairs: ${formatRate(PUBLISHED_BEST)}`,
  );
  printExamples(terminal, run.examples);
  printFiles(terminal, run);
  printNext(terminal, [
    ['ask about two images', `npx samesame compare ${run.model} ${run.pictures.different.join(' ')}`],
    ['measure it again', `npx samesame evaluate ${run.model} mnist`],
    ['train on your own', 'npx samesame train <a folder with one sub-folder per class>'],
  ]);
  terminal.result(runJson(run));
}
