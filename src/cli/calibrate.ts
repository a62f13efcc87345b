import { type Command, Option } from 'commander';
import { openDataset } from '../data/sources/open.ts';
import { type Calibrated, type CalibrateJob, calibrate } from '../jobs/calibrate.ts';
import { formatCount, formatNumber, formatPercent, formatRate } from '../report/format.ts';
import { checkPicturePath, writeReliabilityDiagram } from '../report/index.ts';
import { renderTable } from '../report/terminal/table.ts';
import {
  addCommonOptions,
  type CommonOptions,
  memoryOption,
  openRuntime,
  toCount,
  toNumber,
  toShare,
} from './common.ts';
import { formatCut } from './evaluation-text.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { createTerminal, type Terminal } from './terminal.ts';

interface CalibrateOptions
  extends CommonOptions,
    Pick<CalibrateJob, 'maxError' | 'prior' | 'method' | 'split'> {
  readonly pairs?: number;
  readonly out?: string;
  readonly figure?: string;
  readonly memory?: number;
}

export function addCalibrate(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<data>', 'held-out images, as train takes them; or the data that the model was trained on')
    .optionsGroup('Calibration:')
    .option(
      '--max-error <rate>',
      'error rate that "same" and "different" each keep; in between the answer is "unsure" (default: 0.05)',
      toNumber,
    )
    .option(
      '--prior <share>',
      'share of similar pairs where the model will be used, 0.01 for one in a hundred (default: that of the pairs)',
      toShare,
    )
    .addOption(
      new Option('--method <curve>', 'from distance to probability (default: auto, the better one)').choices([
        'auto',
        'logistic',
        'isotonic',
      ]),
    )
    .addOption(
      new Option(
        '--split <part>',
        'all: calibrate on every image (default: those that trained nothing and are not kept for the test)',
      ).choices(['all']),
    )
    .option('--pairs <n>', 'balanced pairs to fit the curve to (default: 20000)', toCount)
    .option('--out <folder>', 'write the calibrated model here (default: in place of the model)')
    .option('--figure <file>', 'write the reliability diagram: .svg, .png, .jpg or .webp')
    .optionsGroup('Machine:')
    .addOption(memoryOption());
  addCommonOptions(verb, 'what pairs and folds are drawn from (default: the model’s own)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame calibrate runs/photos photos                  the images that chose the run’s threshold
  $ samesame calibrate runs/photos photos --max-error 0.02 --prior 0.01
  $ samesame calibrate runs/photos new-photos --out calibrated --figure reliability.png`,
    )
    .action(runCalibrate);
}

async function runCalibrate(model: string, data: string, options: CalibrateOptions): Promise<void> {
  const { maxError, prior, method, split, pairs, out, figure, seed, memory } = options;
  if (figure !== undefined) checkPicturePath(figure);
  const terminal = createTerminal(options);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const dataset = await openDataset(data);
  const calibrated = await withInterrupt(
    { advice: () => 'nothing was written', onInterrupt: progress.stop },
    (signal) =>
      calibrate({
        model,
        dataset,
        out,
        maxError,
        prior,
        method,
        numPairs: pairs,
        split,
        seed,
        memoryBytes: memory,
        signal,
        runtime: openRuntime(options),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);
  const { curve } = calibrated.answers;
  if (figure !== undefined) await writeReliabilityDiagram(figure, calibrated.heldOut[curve.kind].reliability);
  printCalibrated(terminal, calibrated);
  if (figure !== undefined) terminal.print(`figure  ${figure}`);
  terminal.result({ data, ...calibrated, figure });
}

function printCalibrated(
  terminal: Terminal,
  { model, answers, heldOut, before, coverage }: Calibrated,
): void {
  const { curve, cuts, data, prior, fittedPrior } = answers;
  terminal.print(
    `\n${data.name}: ${formatCount(data.numPairs)} pairs of ${formatCount(data.numImages)} held-out images, ` +
      `${formatPercent(fittedPrior)} similar\n`,
  );
  const row = (name: string, quality: typeof before) => [
    name,
    formatRate(quality.reliability.ece),
    formatRate(quality.brier),
    formatNumber(quality.logLoss),
  ];
  const chosen = (kind: keyof typeof heldOut) => (kind === curve.kind ? `${kind} (chosen)` : kind);
  terminal.print(
    renderTable({
      header: [
        'probability',
        `calibration error (${heldOut[curve.kind].reliability.bins.length} bins)`,
        'Brier',
        'log loss',
      ],
      rows: [
        row(chosen('logistic'), heldOut.logistic),
        row(chosen('isotonic'), heldOut.isotonic),
        row('as it was', before),
      ],
    }),
  );
  terminal.print(
    `\nsame below ${formatCut(cuts.same)}, different above ${formatCut(cuts.different)}, unsure elsewhere: ` +
      `each keeps ${formatPercent(cuts.maxError)} errors (${formatCount(cuts.numSimilar)} similar and ` +
      `${formatCount(cuts.numDissimilar)} dissimilar pairs that share no ${cuts.unit})`,
  );
  terminal.print(
    `${formatPercent(coverage)} of the pairs get a definite answer; probabilities are told for ${formatPercent(prior)} similar pairs`,
  );
  terminal.print(`\nmodel   ${model}`);
}
