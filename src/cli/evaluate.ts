import { type Command, Option } from 'commander';
import { openDataset } from '../data/sources/open.ts';
import { type Evaluation, evaluate } from '../jobs/evaluate.ts';
import type { EvaluatedPart } from '../jobs/evaluated-part.ts';
import { formatCount } from '../report/format.ts';
import { renderByNegatives } from '../report/index.ts';
import {
  addCommonOptions,
  type CommonOptions,
  memoryOption,
  openRuntime,
  toCount,
  toShare,
} from './common.ts';
import { addEpisodeOptions, checkEpisodeFlags, type EpisodeFlags, runEpisodes } from './episodes.ts';
import { printEvaluation } from './evaluation-text.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { byNegativesJson, resultsJson } from './results-json.ts';
import { printResults } from './results-text.ts';
import { createTerminal } from './terminal.ts';

interface EvaluateOptions extends CommonOptions, EpisodeFlags {
  readonly pairs?: number;
  readonly gallery?: 'measured' | 'rest';
  readonly out?: string;
  readonly full?: boolean;
  readonly prior?: number;
  readonly against?: string;
}

const PART: Readonly<Record<EvaluatedPart, string>> = {
  'held-out': 'test images that the run of this model held out',
  test: 'images of the test split',
  all: 'images, all there are',
};

export function addEvaluate(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<data>', 'as train takes it')
    .optionsGroup('Evaluation:')
    .addOption(
      new Option(
        '--split <part>',
        'images to measure on (default: test where there is one, or where the model was trained on this data; else all)',
      ).choices(['test', 'all']),
    )
    .addOption(
      new Option(
        '--gallery <images>',
        'what is searched in: the measured images themselves, or the rest, such as those trained on (default: measured)',
      ).choices(['measured', 'rest']),
    )
    .option('--pairs <n>', 'balanced pairs to draw (default: as many as the model’s run)', toCount)
    .option('--full', 'clusters, a linear probe, open sets, rates at fixed false match rates, every class')
    .option('--prior <share>', 'say what to expect where this share of pairs is similar: 0.01', toShare)
    .option('--against <model>', 'measure another model on the same pairs, and test the difference')
    .option('--out <file>', 'write a report, an HTML page');
  addEpisodeOptions(verb).optionsGroup('Machine:').addOption(memoryOption());
  addCommonOptions(verb, 'what the pairs or episodes are drawn from (default: the model’s own)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame evaluate runs/photos photos            the images that the run held out
  $ samesame evaluate runs/photos new-photos --out report.html
  $ samesame evaluate runs/photos test-pairs        positive/…, negative_easy/…, negative_hard/…
  $ samesame evaluate runs/photos photos --full --prior 0.01
  $ samesame evaluate runs/photos photos --against runs/other
  $ samesame evaluate runs/lake omniglot --episodes official
  $ samesame evaluate runs/vinyals omniglot --episodes --ways 5 --rotations`,
    )
    .action(runEvaluate);
}

async function runEvaluate(model: string, data: string, options: EvaluateOptions): Promise<void> {
  checkEpisodeFlags(options);
  if (options.episodes !== undefined) return runEpisodes(model, data, options);
  const { split, pairs, gallery, full, prior, against, seed, out, memory } = options;
  const terminal = createTerminal(options);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const dataset = await openDataset(data);
  const evaluation = await withInterrupt(
    { advice: () => 'nothing was written', onInterrupt: progress.stop },
    (signal) =>
      evaluate({
        model,
        dataset,
        split,
        numPairs: pairs,
        gallery,
        full,
        prior,
        against,
        seed,
        report: out,
        memoryBytes: memory,
        signal,
        runtime: openRuntime(options),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);

  const { part, measurement } = evaluation;
  const numImages = evaluation.data.splits.test.length;
  printResults(terminal, measurement, {
    name: evaluation.data.set.name,
    images: `${formatCount(numImages)} ${PART[part]}`,
    isFixed: typeof evaluation.config.provenance.training.threshold === 'number',
  });
  if (measurement.byNegatives !== undefined) {
    terminal.print(`\n${renderByNegatives(measurement.verification, measurement.byNegatives)}`);
  }
  if (measurement.rawPixels === null) {
    terminal.print('\nNo image is left to choose a threshold for raw pixels on, so they are not measured.');
  }
  printEvaluation(terminal, evaluation);
  if (out !== undefined) terminal.print(`\nreport  ${out}`);
  terminal.result({ model, data, ...toJson(evaluation), report: out });
}

function toJson({ part, data, measurement, answers, full, against }: Evaluation) {
  const { bad } = data.pixels;
  return {
    part,
    images: data.splits.test.length,
    ...resultsJson(measurement),
    byNegatives: byNegativesJson(measurement),
    answers: answers ?? null,
    full,
    against,
    bad: bad.length,
    badImages: bad,
    warnings: data.warnings,
  };
}
