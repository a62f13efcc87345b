import type { Command } from 'commander';
import { type DriftResult, drift, type Trust } from '../jobs/drift.ts';
import { formatCount, formatDistance, formatNumber, formatPercent } from '../report/format.ts';
import { renderTable } from '../report/terminal/table.ts';
import { addCommonOptions, type CommonOptions, openRuntime, toCount } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { createTerminal, type Terminal } from './terminal.ts';

interface DriftOptions extends CommonOptions {
  readonly farthest?: number;
}

const SAYS: Readonly<Record<Trust, string>> = {
  yes: 'The calibration may be trusted: these images look like those it was made on.',
  doubtful:
    'The calibration may be off by a little: these images differ from those it was made on, but hardly any is strange.',
  no: 'The calibration should not be trusted: these images do not look like those it was made on. Calibrate on images like these.',
};

export function addDrift(verb: Command): void {
  verb
    .argument('<model>', 'folder of a model, or of a run')
    .argument('<images...>', 'image files, and folders of them')
    .optionsGroup('Drift:')
    .option('--farthest <n>', 'images to name as farthest out (default: 10)', toCount);
  addCommonOptions(verb, 'what samples and permutations are drawn from (default: 0)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame drift runs/photos new-photos
  $ samesame drift runs/photos inbox/ --farthest 50 --json`,
    )
    .action(runDrift);
}

async function runDrift(model: string, images: readonly string[], options: DriftOptions): Promise<void> {
  const terminal = createTerminal(options);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const result = await withInterrupt(
    { advice: () => 'nothing was written', onInterrupt: progress.stop },
    (signal) =>
      drift({
        model,
        images,
        seed: options.seed,
        numFarthest: options.farthest,
        signal,
        runtime: openRuntime(options),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);
  printDrift(terminal, result);
  terminal.result({ model, ...result });
}

function printDrift(terminal: Terminal, result: DriftResult): void {
  const { numImages, numTested, numReference, reference, energyDistance, effect, pValue, strangeShare } =
    result;
  terminal.print(
    `\n${formatCount(numImages)} images (${formatCount(numTested)} of them tested) against ${formatCount(numReference)} of ${reference.name}\n`,
  );
  terminal.print(
    renderTable({
      header: ['measure', 'value'],
      rows: [
        ['energy distance', formatNumber(energyDistance)],
        ['effect, from 0 to 1', formatNumber(effect)],
        ['p-value', formatNumber(pValue)],
        ['farther out than 99 % of the reference', formatPercent(strangeShare)],
      ],
    }),
  );
  terminal.print(`\n${SAYS[result.trust]}\n`);
  terminal.print(
    renderTable({
      header: ['farthest out', 'distance', 'p-value'],
      rows: result.farthest.map(({ path, distance, pValue }) => [
        path,
        formatDistance(distance),
        formatNumber(pValue),
      ]),
    }),
  );
}
